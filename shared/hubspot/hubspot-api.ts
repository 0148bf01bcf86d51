import * as associations from "@hubspot/api-client/lib/codegen/crm/associations/v4/index.js";
import * as objects from "@hubspot/api-client/lib/codegen/crm/objects/index.js";
import * as owners from "@hubspot/api-client/lib/codegen/crm/owners/index.js";
import * as properties from "@hubspot/api-client/lib/codegen/crm/properties/index.js";
import type { Answer } from "./failed-answer.ts";
import type { Transport } from "./transport.ts";

/** HubSpot's own client, in the groups that Accord calls. The whole of it weighs twenty times as much. */
export interface HubspotApi {
  readonly records: objects.BatchApi;
  readonly single: objects.BasicApi;
  readonly search: objects.SearchApi;
  readonly associations: associations.BatchApi;
  readonly owners: owners.OwnersApi;
  readonly definitions: properties.CoreApi;
  readonly newDefinitions: properties.BatchApi;
}

const bodyOf = ({ text }: Answer) => ({
  text: async () => text,
  binary: async () => Buffer.from(text),
});

/** Each group brings classes of its own, so each is told apart how to send through `transport`. */
export function hubspotApi(baseUrl: string, transport: Transport): HubspotApi {
  const base = baseUrl.replace(/\/+$/, "");
  const objectsConfiguration = objects.createConfiguration({
    baseServer: new objects.ServerConfiguration(base, {}),
    httpApi: objects.wrapHttpLibrary({
      send: async (request) => {
        const answer = await transport.send(request);
        return new objects.ResponseContext(answer.status, { ...answer.headers }, bodyOf(answer));
      },
    }),
  });
  const associationsConfiguration = associations.createConfiguration({
    baseServer: new associations.ServerConfiguration(base, {}),
    httpApi: associations.wrapHttpLibrary({
      send: async (request) => {
        const answer = await transport.send(request);
        return new associations.ResponseContext(
          answer.status,
          { ...answer.headers },
          bodyOf(answer),
        );
      },
    }),
  });
  const { ownersConfiguration, propertiesConfiguration } = directoryGroups(base, transport);
  return {
    records: new objects.BatchApi(objectsConfiguration),
    single: new objects.BasicApi(objectsConfiguration),
    search: new objects.SearchApi(objectsConfiguration),
    associations: new associations.BatchApi(associationsConfiguration),
    owners: new owners.OwnersApi(ownersConfiguration),
    definitions: new properties.CoreApi(propertiesConfiguration),
    newDefinitions: new properties.BatchApi(propertiesConfiguration),
  };
}

function directoryGroups(base: string, transport: Transport) {
  const ownersConfiguration = owners.createConfiguration({
    baseServer: new owners.ServerConfiguration(base, {}),
    httpApi: owners.wrapHttpLibrary({
      send: async (request) => {
        const answer = await transport.send(request);
        return new owners.ResponseContext(answer.status, { ...answer.headers }, bodyOf(answer));
      },
    }),
  });
  const propertiesConfiguration = properties.createConfiguration({
    baseServer: new properties.ServerConfiguration(base, {}),
    httpApi: properties.wrapHttpLibrary({
      send: async (request) => {
        const answer = await transport.send(request);
        return new properties.ResponseContext(answer.status, { ...answer.headers }, bodyOf(answer));
      },
    }),
  });
  return { ownersConfiguration, propertiesConfiguration };
}
