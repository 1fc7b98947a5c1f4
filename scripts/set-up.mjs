// What a start does first where something is missing or out of date.
import { checkNode, ensureBuild } from './ensure.mjs';
import { linkProgram } from './link.mjs';

export async function setUp() {
  checkNode();
  if (await ensureBuild()) linkProgram();
}
