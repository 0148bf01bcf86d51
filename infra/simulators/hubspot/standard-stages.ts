/** Lifecycle stages in the order in which a record may move through them. */
export const LIFECYCLE_STAGES = [
  "subscriber",
  "lead",
  "marketingqualifiedlead",
  "salesqualifiedlead",
  "opportunity",
  "customer",
  "evangelist",
  "other",
] as const;

export interface PipelineStage {
  readonly id: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly writePermissions: string;
  readonly archived: boolean;
}

export interface Pipeline {
  readonly id: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly stages: readonly PipelineStage[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
}

const EPOCH = "1970-01-01T00:00:00Z";

function stage(
  id: string,
  label: string,
  metadata: Record<string, string>,
): Omit<PipelineStage, "displayOrder"> {
  return {
    id,
    label,
    metadata,
    createdAt: EPOCH,
    updatedAt: EPOCH,
    writePermissions: "CRM_PERMISSIONS_ENFORCEMENT",
    archived: false,
  };
}

function dealStage(id: string, label: string, probability: string) {
  const isClosed = String(probability === "1.0" || probability === "0.0");
  return stage(id, label, { isClosed, probability });
}

function leadStage(id: string, label: string, state: string) {
  return stage(id, label, { leadState: state, isClosed: "false" });
}

function pipeline(
  id: string,
  label: string,
  stages: readonly Omit<PipelineStage, "displayOrder">[],
): Pipeline {
  return {
    id,
    label,
    displayOrder: 0,
    stages: stages.map((each, displayOrder) => ({ ...each, displayOrder })),
    createdAt: EPOCH,
    updatedAt: EPOCH,
    archived: false,
  };
}

const LIFECYCLE_LABELS: Readonly<Record<string, string>> = {
  marketingqualifiedlead: "Marketing Qualified Lead",
  salesqualifiedlead: "Sales Qualified Lead",
};

function lifecyclePipeline(owner: string): Pipeline {
  const stages = LIFECYCLE_STAGES.map((id) => {
    const label = LIFECYCLE_LABELS[id] ?? id.charAt(0).toUpperCase() + id.slice(1);
    return stage(id, label, { isClosed: "false", state: "OPEN" });
  });
  return pipeline(`${owner}-lifecycle-pipeline`, "Lifecycle Stage Pipeline", stages);
}

/** Pipelines of a new account, by the plural name of the object they belong to. */
export const STANDARD_PIPELINES: Readonly<Record<string, readonly Pipeline[]>> = {
  contacts: [lifecyclePipeline("contacts")],
  companies: [lifecyclePipeline("companies")],
  deals: [
    pipeline("default", "Sales Pipeline", [
      dealStage("appointmentscheduled", "Appointment Scheduled", "0.2"),
      dealStage("qualifiedtobuy", "Qualified To Buy", "0.4"),
      dealStage("presentationscheduled", "Presentation Scheduled", "0.6"),
      dealStage("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
      dealStage("contractsent", "Contract Sent", "0.9"),
      dealStage("closedwon", "Closed Won", "1.0"),
      dealStage("closedlost", "Closed Lost", "0.0"),
    ]),
  ],
  leads: [
    pipeline("lead-pipeline-id", "Lead Pipeline", [
      leadStage("new-stage-id", "New", "NEW"),
      leadStage("attempting-stage-id", "Attempting", "IN_PROGRESS"),
      leadStage("connected-stage-id", "Connected", "IN_PROGRESS"),
      leadStage("qualified-stage-id", "Qualified", "QUALIFIED"),
      leadStage("unqualified-stage-id", "Disqualified", "UNQUALIFIED"),
    ]),
  ],
};
