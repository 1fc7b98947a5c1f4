import { Counter, Histogram, MetricsPage } from './metrics-page';

describe('figures', () => {
  it('are told by name, with labels escaped', () => {
    const page = new MetricsPage();
    const calls = new Counter();
    calls.add({ tool: 'a"b\\c\nd' });
    calls.add({ tool: 'a"b\\c\nd' }, 2);
    page.counter('calls_total', 'Calls.', calls.samples);
    page.gauge('size_bytes', 'Size.', [[7]]);
    expect(page.text.split('\n')).toEqual([
      '# HELP calls_total Calls.',
      '# TYPE calls_total counter',
      String.raw`calls_total{tool="a\"b\\c\nd"} 3`,
      '# HELP size_bytes Size.',
      '# TYPE size_bytes gauge',
      'size_bytes 7',
      '',
    ]);
  });

  it('count what took how long in all buckets that it fits', () => {
    const page = new MetricsPage();
    const seconds = new Histogram([1, 5]);
    for (const took of [0.5, 1, 3, 9]) seconds.observe({ model: 'm' }, took);
    page.histogram('call_seconds', 'Calls.', seconds, true);
    expect(page.text.split('\n').slice(2, -1)).toEqual([
      'call_seconds_bucket{model="m",le="1"} 2',
      'call_seconds_bucket{model="m",le="5"} 3',
      'call_seconds_bucket{model="m",le="+Inf"} 4',
      'call_seconds_sum{model="m"} 13.5',
      'call_seconds_count{model="m"} 4',
    ]);
  });

  it('keep no more names than there is room for: those beyond are counted together', () => {
    const calls = new Counter();
    for (let number = 0; number < 700; number++) calls.add({ tool: `made up ${number}`, outcome: 'error' });
    calls.add({ tool: 'made up 3', outcome: 'error' });
    const { samples } = calls;
    expect(samples).toHaveLength(501);
    expect(samples).toContainEqual([200, { tool: 'other', outcome: 'other' }]);
    expect(samples).toContainEqual([2, { tool: 'made up 3', outcome: 'error' }]);
  });
});
