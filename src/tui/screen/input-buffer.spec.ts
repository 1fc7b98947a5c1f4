import { InputBuffer } from './input-buffer';

describe('text that is written on the terminal', () => {
  const buffer = (text: string): InputBuffer => {
    const made = new InputBuffer();
    made.insert(text);
    return made;
  };

  it('moves and deletes by what a reader sees as a character', () => {
    const input = buffer('a👩‍💻é');
    input.left();
    input.backspace();
    expect(input.text).toBe('aé');
    input.delete();
    expect(input.text).toBe('a');
    input.insert('\u001b[2J\u0007\tb\r\nc');
    expect(input.text).toBe('a[2J\tb\nc');
  });

  it('knows words, lines and their ends', () => {
    const input = buffer('one two-three\nfour');
    input.deleteWord();
    expect(input.text).toBe('one two-three\n');
    input.backspace();
    input.wordLeft();
    input.deleteToEnd();
    expect(input.text).toBe('one two-');
    input.home();
    input.wordRight();
    input.deleteToHome();
    expect(input.text).toBe(' two-');
  });

  it('goes up and down by columns, and says where there is no line', () => {
    const input = buffer('漢字 long\nshort');
    expect(input.up()).toBe(true);
    input.insert('|');
    expect(input.text).toBe('漢字 |long\nshort');
    expect(input.up()).toBe(false);
    expect(input.down()).toBe(true);
    input.insert('|');
    expect(input.text).toBe('漢字 |long\nshort|');
    expect(input.down()).toBe(false);
  });

  it('is laid out in the columns that there are, with a place for the cursor', () => {
    expect(buffer('漢字漢字').layout(5)).toEqual({ rows: ['漢字', '漢字'], row: 1, column: 4 });
    expect(buffer('abcd').layout(4)).toEqual({ rows: ['abcd', ''], row: 1, column: 0 });
    expect(buffer('a\tb\n').layout(10)).toEqual({ rows: ['a    b', ''], row: 1, column: 0 });
    const input = buffer('abcdef');
    input.home();
    expect(input.layout(4)).toEqual({ rows: ['abcd', 'ef'], row: 0, column: 0 });
  });
});
