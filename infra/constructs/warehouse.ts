import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { CfnDatabase, CfnTable } from "aws-cdk-lib/aws-glue";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { type ColumnType, DECIMAL_PRECISION, DECIMAL_SCALE } from "../../shared/tabular/column.ts";
import {
  partitionPrefix,
  tablePrefix,
  WAREHOUSE_TABLES,
  type WarehouseTable,
} from "../../shared/tabular/warehouse-layout.ts";

/** Source: Amazon Athena's data types for Parquet, https://docs.aws.amazon.com/athena/latest/ug/data-types.html */
const GLUE_TYPES: Readonly<Record<ColumnType, string>> = {
  text: "string",
  decimal: `decimal(${DECIMAL_PRECISION},${DECIMAL_SCALE})`,
  whole: "bigint",
  day: "date",
  moment: "timestamp",
};

const HIVE = "org.apache.hadoop.hive.ql.io";

/**
 * How Athena works out the folders of a partition: months by the calendar; of what is named, those that the
 * query names in its WHERE clause, without which it is refused.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 */
function projectionOf({ name, type }: WarehouseTable["partitions"][number]): [string, string][] {
  const of = `projection.${name}`;
  if (type === "named") return [[`${of}.type`, "injected"]];
  return [
    [`${of}.type`, "date"],
    [`${of}.format`, "yyyy-MM"],
    [`${of}.range`, "2026-01,NOW"],
    [`${of}.interval`, "1"],
    [`${of}.interval.unit`, "MONTHS"],
  ];
}

/**
 * Where finance's own tools read: a bucket of Parquet files that are kept for ever, and tables by which
 * Athena, and whatever speaks to it, finds them.
 */
export class Warehouse extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new Bucket(this, "Files", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const { account } = Stack.of(this);
    const database = new CfnDatabase(this, "Database", {
      catalogId: account,
      databaseInput: { name: "accord", description: "The ledger of Accord" },
    });
    for (const table of WAREHOUSE_TABLES) {
      const made = new CfnTable(this, `Table-${table.name}`, {
        catalogId: account,
        databaseName: "accord",
        tableInput: this.#tableInput(table),
      });
      made.addResourceDependency(database);
    }
  }

  #tableInput(table: WarehouseTable): CfnTable.TableInputProperty {
    const { name, columns, partitions } = table;
    const named = partitions.map((one) => `\${${one.name}}`);
    return {
      name,
      tableType: "EXTERNAL_TABLE",
      partitionKeys: partitions.map((one) => ({ name: one.name, type: "string" })),
      // Folders are worked out and not listed: nobody has to tell the catalogue of a new one.
      parameters: {
        classification: "parquet",
        "projection.enabled": "true",
        ...Object.fromEntries(partitions.flatMap(projectionOf)),
        "storage.location.template": this.bucket.s3UrlForObject(partitionPrefix(table, named)),
      },
      storageDescriptor: {
        location: this.bucket.s3UrlForObject(tablePrefix(name)),
        columns: columns.map((column) => ({ name: column.name, type: GLUE_TYPES[column.type] })),
        inputFormat: `${HIVE}.parquet.MapredParquetInputFormat`,
        outputFormat: `${HIVE}.parquet.MapredParquetOutputFormat`,
        serdeInfo: { serializationLibrary: `${HIVE}.parquet.serde.ParquetHiveSerDe` },
      },
    };
  }
}
