import { type SkillStatus, type SkillsReport, stateOf } from '../catalog/skill-status';

const namesOf = (skills: readonly SkillStatus[]): string[] => skills.map(({ name }) => name);

/** What of the skills can be used, for programs. */
export function skillsCheckView(agentId: string, { skills, counts, broken, ...folders }: SkillsReport): object {
  const eligible = skills.filter((skill) => skill.eligible);
  const modelVisible = skills.filter((skill) => skill.modelVisible);
  const commandVisible = skills.filter((skill) => skill.commandVisible);
  const disabled = skills.filter((skill) => skill.disabled);
  const blocked = skills.filter((skill) => skill.blockedByAllowlist);
  const agentFiltered = skills.filter((skill) => skill.blockedByAgentFilter);
  const notInjected = eligible.filter((skill) => !skill.modelVisible);
  const lacking = skills.filter((skill) => !skill.eligible);
  const missing = lacking.filter(({ missing: lacks }) => Object.values(lacks).some((names) => names.length > 0));
  return {
    agentId,
    workspaceDir: folders.workspaceDir,
    managedSkillsDir: folders.managedSkillsDir,
    summary: {
      total: skills.length,
      eligible: eligible.length,
      modelVisible: modelVisible.length,
      commandVisible: commandVisible.length,
      disabled: disabled.length,
      blocked: blocked.length,
      agentFiltered: agentFiltered.length,
      notInjected: notInjected.length,
      missingRequirements: missing.length,
    },
    eligible: namesOf(eligible),
    modelVisible: namesOf(modelVisible),
    commandVisible: namesOf(commandVisible),
    disabled: namesOf(disabled),
    blocked: namesOf(blocked),
    agentFiltered: namesOf(agentFiltered),
    notInjected: namesOf(notInjected),
    missingRequirements: missing.map(({ name, missing: lacks, install }) => ({ name, missing: lacks, install })),
    counts,
    ineligible: lacking.map((skill) => ({
      name: skill.name,
      ...stateOf(skill),
      missing: skill.missing,
      install: skill.install,
    })),
    broken,
  };
}
