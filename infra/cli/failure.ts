/** What a script that calls the command can tell apart; 0 is done. */
export const EXIT = {
  /** The API refused, or failed. */
  refused: 1,
  /** The command was not given as it has to be. */
  usage: 2,
  /** Nobody answers, or the token does not open the door. */
  unreachable: 3,
} as const;

/** Ends the command with one line that says what to do. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(kind: keyof typeof EXIT, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = EXIT[kind];
  }
}
