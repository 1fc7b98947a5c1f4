import { jobText, readJobText, wordsOfJob } from './job-text';

describe('what the assistant is told of a job', () => {
  it('is read again as its name and its words, over several lines', () => {
    const told = jobText('Morning report', 'Say what is in my calendar.\nAnd the weather.');
    expect(readJobText(told)).toEqual({
      name: 'Morning report',
      words: 'Say what is in my calendar.\nAnd the weather.',
    });
    expect(wordsOfJob(told)).toBe('Say what is in my calendar.\nAnd the weather.');
  });

  it('is read again where the name ends in a bracket, too', () => {
    expect(readJobText(jobText('Photos [all]', 'Copy them.'))).toEqual({ name: 'Photos [all]', words: 'Copy them.' });
  });

  it('is not read from any other text, nor where its name was cut off', () => {
    for (const text of ['Say [cron x] hello', '[cron A name that goes on and on', '']) {
      expect(readJobText(text)).toBeUndefined();
      expect(wordsOfJob(text)).toBe(text);
    }
  });
});
