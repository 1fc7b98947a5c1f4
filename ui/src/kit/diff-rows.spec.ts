import { diffRows } from './diff-rows';

const HEAD = (name: string): string => `Index: ${name}\n===\n--- ${name}\n+++ ${name}\n`;

describe('rows of a diff', () => {
  it('are what goes and what comes, without the head of the one file', () => {
    expect(diffRows(`${HEAD('a.md')}@@ -1,2 +1,2 @@\n one\n-two\n+three\n\\ No newline at end of file\n`)).toEqual([
      { kind: 'gap', text: '' },
      { kind: 'same', text: 'one' },
      { kind: 'out', text: 'two' },
      { kind: 'in', text: 'three' },
    ]);
  });

  it('name the files where there are several, and know lines that look like heads', () => {
    const first = `${HEAD('a.sql')}@@ -1,1 +1,1 @@\n--- old remark\n+++ new remark\n`;
    expect(diffRows(`${first}\n${HEAD('b.sql')}@@ -4 +4,0 @@\n-gone\n`)).toEqual([
      { kind: 'file', text: 'a.sql' },
      { kind: 'out', text: '-- old remark' },
      { kind: 'in', text: '++ new remark' },
      { kind: 'file', text: 'b.sql' },
      { kind: 'out', text: 'gone' },
    ]);
  });

  it('are none where nothing changes', () => expect(diffRows(HEAD('a.md'))).toEqual([]));
});
