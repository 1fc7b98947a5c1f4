import { parseSkill } from '../manifest/skill-manifest';
import { type InstallPreferences, installCommand, usableSpecs } from './install-command';

const preferences: InstallPreferences = {
  preferBrew: true,
  nodeManager: 'npm',
  platform: 'darwin',
  hasBin: () => true,
};

const specsOf = (install: unknown): Parameters<typeof usableSpecs>[0] =>
  parseSkill(`---\nname: a\ndescription: b\nmetadata: ${JSON.stringify({ openclaw: { install } })}\n---\n`, 'a')
    .manifest.install;

describe('how a requirement is installed', () => {
  it('tells a cask from a formula, by either spelling', () => {
    const [cask, formula, both] = specsOf([
      { kind: 'brew', cask: 'steipete/tap/codexbar' },
      { kind: 'brew', formula: 'jq' },
      { kind: 'brew', formula: 'jq', cask: 'other' },
    ]);
    const commandOf = (spec: typeof cask): string[] | undefined => spec && installCommand(spec, preferences);
    expect(commandOf(cask)).toEqual(['brew', 'install', '--cask', 'steipete/tap/codexbar']);
    expect(commandOf(formula)).toEqual(['brew', 'install', 'jq']);
    expect(commandOf(both)).toEqual(['brew', 'install', 'jq']);
    // Nothing that Homebrew could take for a flag.
    expect(specsOf([{ kind: 'brew', cask: '--force' }])).toEqual([]);
  });
});
