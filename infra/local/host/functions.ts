import { createFunctionPool, type FunctionPool } from "./function-pool.ts";
import { openLogFile } from "./log-file.ts";
import { nameInArn, REGION } from "./place.ts";
import { FUNCTION } from "./resource-schemas.ts";
import type { Resources } from "./resources.ts";

export interface FunctionsOptions {
  readonly assets: ReadonlyMap<string, string>;
  readonly stateDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly maxThreads: number;
  readonly endpoints: {
    readonly dynamodb: string;
    readonly sqs: string;
    readonly s3: string;
    readonly secrets: string;
  };
  readonly log: (line: string) => void;
}

export interface Functions {
  /** By name or ARN, or by the end of its name: `prepare-crms` for `accord-prepare-crms`. */
  named(nameOrArn: string): FunctionPool;
  /** The same, or undefined where there is none. */
  find(nameOrArn: string): FunctionPool | undefined;
  stop(): Promise<void>;
}

/** Makes every function of the template ready to be invoked. No thread runs before its first event. */
export function openFunctions(resources: Resources, options: FunctionsOptions): Functions {
  const pools = new Map<string, FunctionPool>();
  const closing: (() => Promise<void>)[] = [];
  for (const { is, properties } of resources.ofType("AWS::Lambda::Function", FUNCTION)) {
    const codeDir = options.assets.get(properties.Code.S3Key);
    if (codeDir === undefined) throw new Error(`Function ${is.name} has no code in the assembly`);
    const logFile = openLogFile(options.stateDir, is.name, options.log);
    const spec = {
      name: is.name,
      codeDir,
      handler: properties.Handler,
      timeoutMs: properties.Timeout * 1000,
      memoryMb: properties.MemorySize,
      environment: environmentOf(is.name, codeDir, { properties, options }),
    };
    const pool = createFunctionPool(spec, options.maxThreads, logFile);
    pools.set(is.name, pool);
    closing.push(() => pool.stop().then(logFile.stop));
  }
  const find = (nameOrArn: string) => {
    const name = nameInArn(nameOrArn);
    const full = [...pools.keys()].find((one) => one === name || one.endsWith(`-${name}`));
    return pools.get(full ?? name);
  };
  return {
    find,
    named(nameOrArn) {
      const pool = find(nameOrArn);
      if (!pool)
        throw new Error(`There is no function ${nameOrArn}; there are ${[...pools.keys()]}`);
      return pool;
    },
    async stop() {
      await Promise.all(closing.map((close) => close()));
    },
  };
}

function environmentOf(
  name: string,
  codeDir: string,
  given: {
    readonly properties: ReturnType<typeof FUNCTION.parse>;
    readonly options: FunctionsOptions;
  },
): Record<string, string> {
  const { properties, options } = given;
  const declared = properties.Environment?.Variables ?? {};
  const overridden = Object.keys(declared).flatMap((key): [string, string][] => {
    const value = options.environment[key];
    return value === undefined ? [] : [[key, value]];
  });
  return {
    ...declared,
    ...Object.fromEntries(overridden),
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ENDPOINT_URL_DYNAMODB: options.endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: options.endpoints.sqs,
    AWS_ENDPOINT_URL_S3: options.endpoints.s3,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: options.endpoints.secrets,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(properties.MemorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "local",
    LAMBDA_TASK_ROOT: codeDir,
    TZ: ":UTC",
  };
}
