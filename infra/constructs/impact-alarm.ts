import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";

/** Who is told, and what it means for them. */
export interface AlarmProps {
  /** Finishes the sentence "While this alarm is on, …" for whoever is woken by it. */
  readonly impact: string;
  readonly tell: ITopic;
}

interface ImpactAlarmProps extends AlarmProps {
  readonly metric: IMetric;
  /** The alarm is on while the metric is above this. 0 unless told. */
  readonly above?: number;
}

/** An alarm that says what it means. No data is no alarm: most of these metrics exist only in trouble. */
export class ImpactAlarm extends Construct {
  constructor(scope: Construct, id: string, { impact, tell, metric, above = 0 }: ImpactAlarmProps) {
    super(scope, id);
    const alarm = new Alarm(this, "Alarm", {
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `While this alarm is on, ${impact}.`,
    });
    alarm.addAlarmAction(new SnsAction(tell));
    alarm.addOkAction(new SnsAction(tell));
  }
}
