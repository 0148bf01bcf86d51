import { json } from "../../shared/runtime/http-handler.ts";
import { auditRoutes } from "./audit.ts";
import { cohortRoutes } from "./cohorts.ts";
import { conflictRoutes } from "./conflicts.ts";
import { costRoutes } from "./costs.ts";
import { deadLetterRoutes } from "./dead-letters.ts";
import { evidenceRoutes } from "./evidence.ts";
import { explainRoutes } from "./explain.ts";
import { exportRoutes } from "./export.ts";
import { ledgerRoutes } from "./ledger.ts";
import { ledgerCheckRoutes } from "./ledger-checks.ts";
import { ledgerImportRoutes } from "./ledger-import.ts";
import { lifecycleRoutes } from "./lifecycle.ts";
import { openApiAnswer, openApiDocument } from "./open-api.ts";
import { parityRoutes } from "./parity.ts";
import { parkedRoutes } from "./parked.ts";
import { periodRoutes } from "./periods.ts";
import { planRoutes } from "./plans.ts";
import { reattributionRoutes } from "./reattribution.ts";
import { recordRoutes } from "./records.ts";
import { revenueRoutes } from "./revenue.ts";
import { revenueExportRoutes } from "./revenue-export.ts";
import { NO_QUERY, question, type Route } from "./route.ts";
import { runRoutes } from "./runs.ts";
import { statusRoutes } from "./status.ts";
import { tieOutRoutes } from "./tie-outs.ts";
import { tieRoutes } from "./ties.ts";
import { writeBackRoutes } from "./write-back.ts";

/** Every route of the API. Of two that match a path, the earlier one answers. */
export const ROUTES: readonly Route[] = [
  ...statusRoutes,
  ...explainRoutes,
  ...conflictRoutes,
  ...parkedRoutes,
  ...deadLetterRoutes,
  ...tieRoutes,
  ...planRoutes,
  ...runRoutes,
  ...parityRoutes,
  ...recordRoutes,
  ...lifecycleRoutes,
  ...ledgerRoutes,
  ...ledgerCheckRoutes,
  ...ledgerImportRoutes,
  ...periodRoutes,
  ...tieOutRoutes,
  ...evidenceRoutes,
  ...revenueExportRoutes,
  ...revenueRoutes,
  ...reattributionRoutes,
  ...costRoutes,
  ...cohortRoutes,
  ...writeBackRoutes,
  ...exportRoutes,
  ...auditRoutes,
  question({
    path: "/api/openapi.json",
    role: "viewer",
    summary: "This document.",
    query: NO_QUERY,
    answers: { 200: openApiAnswer },
    work: async () => json(200, openApiDocument(ROUTES)),
  }),
];
