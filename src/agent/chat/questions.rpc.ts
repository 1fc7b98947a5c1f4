import { Injectable } from '@nestjs/common';
import { NoParams } from '../../rpc/no-params.dto';
import type { RpcContext } from '../../rpc/rpc-context';
import { type RpcError, invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { AskedQuestions, type AskedQuestion, type QuestionEnd, recordOf } from '../turns/asked-questions.service';
import { ChatSender } from './chat-sender.service';
import { QuestionParams, QuestionResolveParams } from './question.dto';

/** What the assistant asks the owner in the middle of a turn (tool `ask_user`), for clients that show it apart. */
@Injectable()
export class QuestionsRpc {
  constructor(
    private readonly questions: AskedQuestions,
    private readonly sender: ChatSender,
  ) {}

  @RpcMethod({
    name: 'question.list',
    scope: 'operator.questions',
    params: NoParams,
    summary: 'What the assistant has asked the owner and waits for, oldest first.',
  })
  list(): { questions: unknown[] } {
    return { questions: this.questions.list().map(recordOf) };
  }

  @RpcMethod({
    name: 'question.get',
    scope: 'operator.questions',
    params: QuestionParams,
    summary: 'One question that waits.',
  })
  get({ id }: QuestionParams): { question: unknown } {
    return { question: recordOf(this.waiting(id)) };
  }

  @RpcMethod({
    name: 'question.resolve',
    scope: 'operator.questions',
    params: QuestionResolveParams,
    summary: 'Answers a question, as a message of its conversation would; with cancel the assistant goes on without.',
  })
  async resolve({ id, answers, cancel }: QuestionResolveParams, { caller }: RpcContext): Promise<QuestionEnd> {
    const question = this.waiting(id);
    if (cancel === true) {
      this.questions.cancel(id);
      return { status: 'cancelled' };
    }
    const message = Object.values(answers?.answers ?? {})
      .flat()
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .join(', ');
    if (!answers || message === '')
      throw invalidRequest('invalid question.resolve params: answers or cancel is needed');
    const end: QuestionEnd = { status: 'answered', answers };
    // Whoever answers after this one is told that it is answered.
    this.questions.answered(id, end);
    try {
      await this.sender.send(
        {
          sessionKey: question.sessionKey,
          message,
          idempotencyKey: `question:${id}`,
          suppressCommandInterpretation: true,
        },
        caller,
      );
    } catch (error) {
      this.questions.answered(id, undefined);
      throw error;
    }
    return end;
  }

  private waiting(id: string): AskedQuestion {
    const found = this.questions.find(id);
    if (!found) throw notFound(id);
    return found;
  }
}

const notFound = (id: string): RpcError =>
  invalidRequest(`question '${id}' was not found`, { details: { reason: 'QUESTION_NOT_FOUND' } });
