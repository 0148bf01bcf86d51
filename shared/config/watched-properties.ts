import { wireShapes } from "../core/mapping/wire-shape.ts";
import { mapping } from "./mapping.ts";

/** The properties of an object of HubSpot's of which a webhook is to tell; none where it is not mapped. */
export function watchedProperties(object: string): readonly string[] {
  const shape = wireShapes(mapping, "hubspot").find((one) => one.object === object);
  return shape?.properties ?? [];
}
