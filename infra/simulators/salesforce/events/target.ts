/** How long a target may take to answer. Source: EventBridge API destinations, 5 seconds. */
export const TARGET_ANSWERS_WITHIN_MS = 5_000;
