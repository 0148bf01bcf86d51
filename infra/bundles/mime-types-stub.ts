/**
 * Stands in for the package `mime-types` in bundles, and with it for a database of 134 KB. It is asked
 * only by `form-data`, for parts that are files; functions send none. "false" is its "I do not know".
 */
export const lookup = (): false => false;
export const contentType = (): false => false;
