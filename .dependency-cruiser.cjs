const NPM = "node_modules/";

const rule = (name, from, allowed, because, nodeToo = true) => ({
  name,
  comment: because,
  severity: "error",
  from: { path: `^${from}` },
  to: {
    pathNot: allowed.map((path) => `^${path}`),
    dependencyTypesNot: nodeToo ? ["core"] : [],
  },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "not-to-test",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^test/" },
    },
    rule(
      "core-is-alone",
      "shared/core/",
      ["shared/core/", "node_modules/currency-codes"],
      "Decides. Imports nothing but a currency table.",
      false,
    ),
    rule(
      "config-is-data",
      "shared/config/",
      ["shared/(core|config)/", "node_modules/zod"],
      "Typed data.",
    ),
    rule("sync-knows-core", "shared/sync/", ["shared/(core|config|sync)/"], "Speaks to ports."),
    rule("runs-know-sync", "shared/runs/", ["shared/(core|sync|runs)/"], "Speaks to ports."),
    rule(
      "parity-knows-sync",
      "shared/parity/",
      ["shared/(core|sync|parity)/", "shared/runs/dry-world[.]ts$"],
      "Speaks to ports; decides without doing, as plans do.",
    ),
    rule(
      "tables-know-nothing",
      "shared/tabular/",
      ["shared/tabular/", "node_modules/hyparquet-writer/"],
      "Columns, rows and their files, of whatever they tell.",
    ),
    rule(
      "revenue-knows-core",
      "shared/revenue/",
      ["shared/(core|revenue|tabular)/", "shared/sync/(fault|in-parallel|record)[.]ts$"],
      "Speaks to ports, a few at once; what is posted is read off records.",
    ),
    rule(
      "warehouse-knows-revenue",
      "shared/warehouse/",
      [
        "shared/(core|revenue|tabular|warehouse)/",
        "shared/sync/in-parallel[.]ts$",
        "node_modules/(hyparquet-writer|zod)/",
      ],
      "Speaks to ports, a few at once; makes files of what revenue tells.",
    ),
    rule(
      "write-back-knows-revenue",
      "shared/write-back/",
      [
        "shared/(core|write-back)/",
        "shared/revenue/credit-ports[.]ts$",
        "shared/sync/(fault|in-parallel|ports|record|record-store)[.]ts$",
      ],
      "Speaks to ports; writes what credits say to the records that links name.",
    ),
    rule(
      "adapters-know-ports",
      "shared/(dynamodb|hubspot|salesforce|sqs|s3)/",
      ["shared/(core|config|sync|revenue|runs|parity|warehouse|write-back)/", "shared/$1/", NPM],
      "Never its sibling.",
    ),
    rule(
      "crms-open-adapters",
      "shared/crms/",
      ["shared/(core|config|crms|hubspot|revenue|salesforce|runtime|sync)/", NPM],
      "Puts the two adapters side by side, for the functions that speak to both.",
    ),
    rule(
      "runtime-knows-faults",
      "shared/runtime/",
      ["shared/runtime/", "shared/sync/fault[.]ts$", NPM],
      "Plumbing knows no domain.",
    ),
    rule(
      "functions-compose",
      "functions/([^/]+)/",
      ["functions/$1/", "shared/", NPM],
      "Never another.",
    ),
    rule(
      "simulators-stand-alone",
      "infra/simulators/",
      ["infra/simulators/", NPM],
      "Usable by anyone, without Accord.",
    ),
    rule(
      "evidence-is-the-core",
      "infra/evidence/",
      ["infra/evidence/", "shared/core/", "node_modules/(currency-codes|esbuild)/"],
      "What an auditor runs is the ledger's own rules, and nothing else.",
    ),
    rule(
      "infra-sees-env",
      "infra/(app|stacks|constructs|local|cli)",
      ["infra/", "functions/[^/]+/(env|message)[.]ts$", "shared/(config|tabular)/", NPM],
      "Never runs their code but as bundles.",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".mjs", ".js", ".json", ".d.ts"],
    },
  },
};
