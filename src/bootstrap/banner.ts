import type { BootReport } from './boot-report.service';
import { commandLine } from '../common/cli/own-commands';
import { type SkillCounts, countText } from '../skills/catalog/skill-status';

export interface BannerFacts {
  port: number;
  model: string;
  tools: { core: number; further: number };
  skills?: SkillCounts;
  /** One word of state per configured account, by channel. */
  channels: { name: string; state: string }[];
  /** Addresses at which the Control UI is really served. */
  controlUi: string[];
  /** ws:// or wss:// addresses that listen. */
  listening: string[];
  /** Fingerprint of the certificate, where the gateway speaks TLS. */
  certificate?: string;
  /** State directory in which OpenClaw has left what nobody has taken over. */
  leftByOpenclaw?: string;
  /** Complete link with the token in the fragment; left out where it would end up in a log. */
  loginLink?: string;
}

const RULE = '='.repeat(60);

/** The text printed once the socket listens. Everything is counted, nothing assumed. */
export function renderBanner(facts: BannerFacts, report: BootReport): string {
  const errors = report.count('failed');
  const degraded = report.steps().filter((step) => step.state === 'degraded');
  const lines = [
    RULE,
    `Platform: ${process.platform} ${process.arch}`,
    `Node: ${process.version}`,
    `Port: ${facts.port}`,
    `Model: ${facts.model}`,
    `Tools: ${facts.tools.core} (+${facts.tools.further})`,
    ...(facts.skills ? [`Skills: ${countText(facts.skills)}, ${facts.skills.eligible} eligible`] : []),
    `Channels: ${facts.channels.map((channel) => `${channel.name} ${channel.state}`).join(', ') || 'none configured'}`,
    `Control UI: ${facts.controlUi.join(' and ') || 'off'}`,
    `Bootstrap complete: ${report.steps().length} steps, ${errors} errors${degraded.length > 0 ? `, ${degraded.length} degraded` : ''}`,
    ...degraded.map((step) => `Degraded: ${step.name} (${step.reason ?? 'no reason given'})`),
    ...(facts.leftByOpenclaw === undefined
      ? []
      : [
          `OpenClaw has left conversations, jobs or people here. See what can be taken over: ${commandLine(`migrate plan ${facts.leftByOpenclaw}`)}`,
        ]),
    ...facts.listening.map((address) => `Gateway listening on ${address}`),
    ...(facts.certificate === undefined ? [] : [`Certificate SHA-256: ${facts.certificate}`]),
    RULE,
    facts.loginLink
      ? `Open the Control UI: ${facts.loginLink}`
      : `Log in to the Control UI with: ${commandLine('dashboard')}`,
  ];
  return `${lines.join('\n')}\n`;
}
