import { answerCompletion } from './answer-completion';

// Entry of the small bundle that answers shells: no framework is loaded for it.
answerCompletion(process.argv.slice(3));
