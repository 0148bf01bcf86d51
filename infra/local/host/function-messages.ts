/** What a function's thread is started with. */
export interface FunctionThreadData {
  /** File URL of the bundle. */
  readonly entry: string;
  readonly handlerName: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
}

/** One invocation. Events and results travel as text, as they do on AWS. */
export interface Task {
  readonly requestId: string;
  readonly payload: string;
  readonly deadlineMs: number;
}

export type Answer =
  | { readonly result: string }
  | { readonly error: { readonly name: string; readonly message: string; readonly stack: string } };
