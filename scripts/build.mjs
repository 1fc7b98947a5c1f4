// `npm run build`: JavaScript and the Control UI, then one file with a code cache for a fast start.
import { build } from './ensure.mjs';

await build();
