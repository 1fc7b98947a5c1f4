import { type Step, WORDS, command, exec, patch, read, step, write } from './calls';

/** Ways of one turn. */
export const STEPS: readonly Step[] = [
  step('a patch that moves a file', (from, to) => [patch(`*** Update File: ${from}`, `*** Move to: ${to}`)]),
  step('a patch that changes and moves a file', (from, to) => [
    patch(`*** Update File: ${from}`, `*** Move to: ${to}`, '@@', `-${WORDS}`, `+${WORDS}`),
  ]),
  step('an edit of a file that was moved', (from, to) => [
    exec(`mv ${from} ${to}`),
    { name: 'edit', args: { path: to, oldText: WORDS, newText: `${WORDS}!` } },
    { name: 'edit', args: { path: to, oldText: '!', newText: '' } },
  ]),
  step(
    'a note in the memory',
    (from, to) => [read(from), write(to)],
    (file) => `memory/${file.replaceAll('/', '-')}.md`,
  ),
  step('a sub-agent that reads and writes', (from, to) => [
    { name: 'sessions_spawn', args: { task: `carry ${from} ${to}` } },
  ]),
  step('a command in the background', (from, to) => [
    exec(`T=$(cat ${from}); rm ${from}; sleep 0.2; echo "$T" > ${to}`, { background: true }),
  ]),
  command('cp', (from, to) => `cp ${from} ${to} && rm ${from}`),
  command('cp -p', (from, to) => `cp -p ${from} ${to} && rm ${from}`),
  command('mv', (from, to) => `mv ${from} ${to}`),
  command('cat', (from, to) => `cat ${from} > ${to} && rm ${from}`),
  command('tee', (from, to) => `tee ${to} < ${from} && rm ${from}`),
  command('ln', (from, to) => `ln ${from} ${to} && rm ${from}`),
  command('ln -s', (from, to) => `ln -s "$PWD/${from}" ${to}`),
  command('sed -i', (from, to) => `sed -i s/tea/tea/ ${from} && mv ${from} ${to}`),
  command(
    'tar',
    (from, to) =>
      `tar cf ${from}.tar ${from} && rm ${from} && mkdir -p ${to}.d && tar xf ${from}.tar -C ${to}.d && mv ${to}.d/${from} ${to} && rm ${from}.tar`,
  ),
  command('an old time', (from, to) => `cp ${from} ${to} && touch -d 2001-01-01 ${to} && rm ${from}`),
  command('over what was there', (from, to) => `echo old > ${to} && cat ${from} > ${to} && rm ${from}`),
  command('base64', (from, to) => `base64 ${from} > ${from}.64 && rm ${from} && base64 -d ${from}.64 > ${to}`),
];
