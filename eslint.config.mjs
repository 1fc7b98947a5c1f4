import lingui from 'eslint-plugin-lingui';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { cutTextRule } from './scripts/lint/cut-text.mjs';
import { parsedNamesRule } from './scripts/lint/parsed-names.cjs';

const PROCESS_ENV = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Environment variables are read in src/config only (Environment).',
};
const FORWARD_REF = {
  selector: "CallExpression[callee.name='forwardRef']",
  message: 'Invert the dependency instead: a token or an event.',
};

/** Files that take text apart at places that are handed to them, or read formats of a fixed form; they shorten nothing. */
const CUTS_AT_PLACES = [
  'src/common/cut-text.ts',
  'src/common/short-id.ts',
  'src/common/markdown/**',
  'src/common/sniff-file.ts',
  'src/common/zoned-time.ts',
  'src/agent/prompt/message-size.ts',
  'src/agent/runtime/reply-outcome.ts',
  'src/agent/runtime/run-announcer.ts',
  'src/agent/runtime/shown-text.ts',
  'src/agent/runtime/thought-tags.ts',
  'src/channels/discord/content/discord-markup.ts',
  'src/channels/slack/content/slack-markup.ts',
  'src/channels/telegram/telegram-entities.ts',
  'src/config/config-comments.ts',
  'src/automation/cron/cron-time.ts',
  'src/automation/cron/schedule-words.ts',
  'src/logging/console-format.ts',
  'src/memory/rank-chunks.ts',
  'src/memory/search-terms.ts',
  'src/outbox/block-end.ts',
  'src/outbox/block-stream.service.ts',
  'src/storage/postgres-connection.ts',
  'src/storage/storage-fault.ts',
  'src/subagents/subagent.service.ts',
  'src/tools/builtin/replace-passages.ts',
  'src/usage/budget-rules.ts',
  'src/tools/documents/read/office-xml.ts',
  'src/tui/screen/input-buffer.ts',
];

export default tseslint.config(
  { ignores: ['dist/**', 'packages/*/dist/**', 'node_modules/**', 'coverage/**'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'ui/**/*.{ts,tsx}', 'packages/client/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-extraneous-class': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-const': 'error',
    },
  },
  { files: ['src/**/*.ts'], rules: { 'no-restricted-syntax': ['error', PROCESS_ENV, FORWARD_REF] } },
  { files: ['src/config/**/*.ts'], rules: { 'no-restricted-syntax': ['error', FORWARD_REF] } },
  {
    files: ['src/**/*.ts', 'ui/src/**/*.{ts,tsx}'],
    ignores: ['**/*.spec.ts', '**/*.spec.tsx', ...CUTS_AT_PLACES],
    plugins: { openclaw: { rules: { 'cut-text': cutTextRule } } },
    rules: { 'openclaw/cut-text': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.spec.ts', 'src/common/net/**', 'src/common/sender-identity.ts'],
    plugins: { openclawNames: { rules: { parsed: parsedNamesRule } } },
    rules: { 'openclawNames/parsed': 'error' },
  },
  // Nest reads constructor types at run time: an import that looks like a type only is a value there.
  { files: ['src/**/*.ts'], rules: { '@typescript-eslint/consistent-type-imports': 'off' } },
  {
    files: ['ui/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      // Takes functions that set state after an await for ones that set it at once.
      'react-hooks/set-state-in-effect': 'off',
    },
  },
  {
    files: ['ui/src/**/*.tsx', 'ui/webpage/src/**/*.tsx'],
    ignores: ['**/*.spec.tsx'],
    plugins: { lingui },
    rules: {
      'lingui/no-unlocalized-strings': [
        'error',
        {
          // Names and codes: one word in lower case, in capitals, or with signs that no sentence has.
          ignore: [
            '^\\P{L}*$',
            '^[a-z][\\w.:-]*$',
            '^[A-Z][A-Z0-9_-]+$',
            '^[\\w./#:*-]*[./#:*-][\\w./#:*-]*$',
            '^(OpenClaw )?Nest$',
            '^(SQLite|PostgreSQL)$',
            '^<\\w',
            '^[{(].*[})]$',
            '^\\$\\{',
            '^data:',
            '^!?\\.\\.?/',
            '^M .*z$',
            '^ssh -N -L |^openclaw ',
          ],
          ignoreNames: [
            {
              regex: {
                pattern: '^(className|class|href|src|rel|viewBox|d|key|id|role|type|on|keys|style|width|height)$',
              },
            },
            {
              regex: {
                pattern: '^(data-|aria-(live|current|haspopup|controls|labelledby|describedby|activedescendant))',
              },
            },
          ],
          ignoreFunctions: [
            '*.includes',
            '*.startsWith',
            '*.endsWith',
            '*.split',
            '*.join',
            '*.get',
            '*.has',
            '*.set',
            'Error',
            'call',
            'matchMedia',
            'useLive',
            'addressOf',
            '*.querySelector',
            '*.addEventListener',
            '*.removeEventListener',
          ],
        },
      ],
      'lingui/no-single-variables-to-translate': 'error',
      'lingui/no-expression-in-message': 'off',
      'lingui/t-call-in-function': 'off',
    },
  },
  { files: ['**/*.cjs', '**/*.js'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
