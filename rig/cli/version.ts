/** The version of this package, read from its own manifest. */

import { createRequire } from "node:module";

const manifest = createRequire(import.meta.url)("#package") as { version: string };

export const VERSION: string = manifest.version;
