#!/usr/bin/env node
// Set-ups made for OpenClaw start it by this name, or by dist/index.js.
import { createRequire } from 'node:module';

createRequire(import.meta.url)('./bin/openclaw');
