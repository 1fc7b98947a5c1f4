'use strict';
// Which tests a change can break, for `npm test -- --changed`. Tests that import a changed file are found by their
// imports. The others run the program: those are chosen by the feature that changed. All of them are run by `npm test`.
const { execFileSync } = require('node:child_process');
const { dirname } = require('node:path');

const root = dirname(__dirname);

/** Folders of tests by what they are about: a folder of `src`, or another part of the repository. */
const TESTS_OF = {
  'src/acp': ['test/acp'],
  'src/agent': ['test/mind', 'test/models', 'test/turns', 'test/media'],
  'src/backup': ['test/backup'],
  'src/bootstrap': ['test/e2e', 'test/cli'],
  'src/channels': ['test/channels'],
  'src/cli': ['test/cli'],
  'src/common': ['test/common', 'test/markdown', 'test/security'],
  'src/config': ['test/config'],
  'src/control-ui': ['test/e2e/ui'],
  'src/conversation-mcp': ['test/conversation-mcp'],
  'src/cron': ['test/cron'],
  'src/diagnostics': ['test/diagnostics', 'test/cli'],
  'src/discovery': ['test/discovery'],
  'src/doctor': ['test/cli'],
  'src/events': ['test/gateway', 'test/turns'],
  'src/gateway': ['test/gateway', 'test/security'],
  'src/heartbeat': ['test/heartbeat'],
  'src/hooks': ['test/hooks'],
  'src/http-api': ['test/http-api'],
  'src/inbox': ['test/turns', 'test/channels', 'test/crash'],
  'src/internal-hooks': ['test/hooks'],
  'src/logging': ['test/diagnostics'],
  'src/main.ts': ['test/cli', 'test/e2e'],
  'src/maintenance': ['test/diagnostics', 'test/storage'],
  'src/memory': ['test/mind'],
  'src/migrate': ['test/migrate'],
  'src/nodes': ['test/nodes'],
  'src/onboard': ['test/cli'],
  'src/outbox': ['test/turns', 'test/channels', 'test/crash'],
  'src/plugins': ['test/plugins'],
  'src/rpc': ['test/gateway'],
  'src/security': ['test/security'],
  'src/service': ['test/service'],
  'src/sessions': ['test/turns', 'test/mind'],
  'src/skills': ['test/skills'],
  'src/storage': ['test/storage', 'test/turns', 'test/crash'],
  'src/subagents': ['test/turns', 'test/crash'],
  'src/tools': ['test/tools', 'test/security'],
  'src/update': ['test/update'],
  'src/usage': ['test/mind'],
  'src/webhooks': ['test/webhooks'],
  'src/wizard': ['test/cli'],
  'src/workspace': ['test/mind'],
  '.ci': ['test/setup'],
  bin: ['test/cli', 'test/setup'],
  docs: ['test/docs'],
  packages: ['test/plugins'],
  scripts: ['test/setup'],
  skills: ['test/skills'],
  ui: ['test/e2e/ui'],
  Dockerfile: ['test/image'],
  'docker-compose.yml': ['test/image'],
  'package.json': ['test/setup', 'test/image'],
  'package-lock.json': ['test/setup', 'test/image'],
  'README.md': ['test/docs'],
};

/** Paths since where this branch left `main`, on `main` since the last commit; with those that git does not know yet. */
function changedFiles() {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);
  const branch = git('rev-parse', '--abbrev-ref', 'HEAD')[0];
  let since = 'HEAD';
  if (branch !== 'main') {
    try {
      since = git('merge-base', 'HEAD', 'main')[0];
    } catch {
      // A clone without `main`: what is not committed.
    }
  }
  return [...new Set([...git('diff', '--name-only', since), ...git('ls-files', '--others', '--exclude-standard')])];
}

/**
 * Folders of tests that belong to changed files.
 * @param files paths from the root, with `/`
 */
function testFoldersOf(files) {
  const folders = new Set(['test/architecture.spec.ts']);
  for (const file of files) {
    const parts = file.split('/');
    const key = [parts.slice(0, 2).join('/'), parts[0]].find((name) => name in TESTS_OF);
    for (const folder of TESTS_OF[key] ?? []) folders.add(folder);
    if (/\.spec\.tsx?$/.test(file)) folders.add(file);
    // A harness or a fake is found by who imports it.
    else if (file.startsWith('test/') && parts.length > 2 && !['harness', 'fakes'].includes(parts[1]))
      folders.add(parts.slice(0, -1).join('/'));
  }
  return [...folders].sort();
}

module.exports = { TESTS_OF, changedFiles, testFoldersOf };
