// Prints what types and rules of style say against files of the tree that is named first. One program for both: reading the
// sources is what costs.
import { join } from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript';

const [tree, ...files] = process.argv.slice(2);
const programs = ['tsconfig.json', 'ui/tsconfig.json'].map((project) => {
  const { fileNames, options } = ts.getParsedCommandLineOfConfigFile(join(tree, project), {}, ts.sys);
  const own = files
    .filter((file) => file.startsWith('ui/') === project.startsWith('ui/'))
    .map((file) => join(tree, file));
  const types = fileNames.filter((file) => file.endsWith('.d.ts'));
  return { own, program: ts.createProgram([...own, ...types], { ...options, noEmit: true }) };
});
for (const { own, program } of programs)
  for (const file of own) {
    const source = program.getSourceFile(file);
    for (const { messageText } of [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ])
      process.stdout.write(`${file}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}\n`);
  }
const lint = new ESLint({
  cwd: tree,
  overrideConfig: {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: false, programs: programs.map(({ program }) => program) } },
  },
});
for (const { filePath, messages } of await lint.lintFiles(files))
  for (const { message, ruleId } of messages) process.stdout.write(`${filePath}: ${message} (${ruleId})\n`);
