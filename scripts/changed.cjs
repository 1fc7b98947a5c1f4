'use strict';
// Which tests a change can break, for `npm test -- --changed`. Tests that import a changed file are found by their
// imports. The others run the program: those are chosen by the feature that changed. All of them are run by `npm test`.
const { execFileSync } = require('node:child_process');
const { dirname } = require('node:path');

const root = dirname(__dirname);

/** Folders of tests by what they are about: a folder of `src`, or another part of the repository. */
const TESTS_OF = {
  'src/bridges/acp': ['test/acp'],
  'src/agent': ['test/mind', 'test/models', 'test/turns', 'test/media'],
  'src/operations/backup': ['test/backup'],
  'src/bootstrap': ['test/e2e', 'test/cli'],
  'src/channels': ['test/channels'],
  'src/cli': ['test/cli'],
  'src/common': ['test/common', 'test/markdown', 'test/security'],
  'src/config': ['test/config'],
  'src/control-ui': ['test/e2e/ui'],
  'src/bridges/conversation-mcp': ['test/conversation-mcp'],
  'src/automation/cron': ['test/cron'],
  'src/operations/diagnostics': ['test/diagnostics', 'test/cli'],
  'src/operations/discovery': ['test/discovery'],
  'src/operations/doctor': ['test/cli'],
  'src/events': ['test/gateway', 'test/turns'],
  'src/gateway': ['test/gateway', 'test/security'],
  'src/automation/heartbeat': ['test/heartbeat'],
  'src/automation/hooks/handlers': ['test/hooks'],
  'src/http-api': ['test/http-api'],
  'src/inbox': ['test/turns', 'test/channels', 'test/crash'],
  'src/automation/hooks': ['test/hooks'],
  'src/logging': ['test/diagnostics'],
  'src/main.ts': ['test/cli', 'test/e2e'],
  'src/operations/maintenance': ['test/diagnostics', 'test/storage'],
  'src/memory': ['test/mind'],
  'src/operations/migrate': ['test/migrate'],
  'src/nodes': ['test/nodes'],
  'src/onboard': ['test/cli'],
  'src/outbox': ['test/turns', 'test/channels', 'test/crash'],
  'src/plugins': ['test/plugins'],
  'src/rpc': ['test/gateway'],
  'src/security': ['test/security'],
  'src/operations/service': ['test/service'],
  'src/sessions': ['test/turns', 'test/mind'],
  'src/skills': ['test/skills'],
  'src/storage': ['test/storage', 'test/turns', 'test/crash'],
  'src/subagents': ['test/turns', 'test/crash'],
  'src/replicas': ['test/replicas', 'test/storage'],
  'src/tasks': ['test/gateway'],
  'src/tui': ['test/tui'],
  'src/tools': ['test/tools', 'test/security'],
  'src/operations/update': ['test/update'],
  'src/usage': ['test/mind'],
  'src/automation/webhooks': ['test/webhooks'],
  'src/wizard': ['test/cli'],
  'src/workspace': ['test/mind'],
  '.ci': ['test/setup'],
  bench: ['test/scale'],
  bin: ['test/cli', 'test/setup'],
  docs: ['test/docs'],
  'docs/monitoring': ['test/diagnostics'],
  packages: ['test/plugins'],
  scripts: ['test/setup', 'test/docs'],
  skills: ['test/skills'],
  templates: ['test/setup'],
  ui: ['test/e2e/ui'],
  Dockerfile: ['test/image'],
  'docker-compose.yml': ['test/image'],
  deploy: ['test/image', 'test/service'],
  'package.json': ['test/setup', 'test/image'],
  'package-lock.json': ['test/setup', 'test/image'],
  'README.md': ['test/docs'],
  'cspell.config.yaml': ['test/docs'],
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
    const key = [3, 2, 1].map((count) => parts.slice(0, count).join('/')).find((name) => name in TESTS_OF);
    for (const folder of TESTS_OF[key] ?? []) folders.add(folder);
    if (/\.spec\.tsx?$/.test(file)) folders.add(file);
    // A harness or a fake is found by who imports it.
    else if (file.startsWith('test/') && parts.length > 2 && !['harness', 'fakes'].includes(parts[1]))
      folders.add(parts.slice(0, -1).join('/'));
  }
  return [...folders].sort();
}

module.exports = { TESTS_OF, changedFiles, testFoldersOf };
