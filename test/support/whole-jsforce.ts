/**
 * The parts of jsforce that its connection does without. Its own index cannot be imported where another
 * file of the same worker has imported the connection alone: its default is then another object.
 */
import "jsforce/lib/api/bulk2.js";
import "jsforce/lib/api/soap.js";
import "jsforce/lib/api/tooling.js";
