const { default: Sequencer } = require('@jest/test-sequencer');

/** Specs that take minutes, or start browsers and whole installations; the rest fills the gaps between them. */
const LONG = /[/\\]test[/\\](e2e|crash|setup|image|update)[/\\]|origin-chains|ordinary-day/;

/** The long specs first: none of them runs alone at the end while the other cores have nothing to do. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isLong = ({ path }) => LONG.test(path);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
};
