import { findDtoProblems } from '__src__/common/validation/validate-dto';
import { rpcMethodsOf } from '__src__/rpc/rpc-method';
import { __Name__Params } from './__name__.dto';
import { __Name__Rpc } from './__name__.rpc';

describe('the method __declared__', () => {
  it('may be called by whoever may read', () => {
    expect(rpcMethodsOf(__Name__Rpc)).toEqual([
      expect.objectContaining({ name: '__declared__', scope: 'operator.read', params: __Name__Params }),
    ]);
  });

  it('answers', () => {
    expect(new __Name__Rpc().answer({})).toEqual({ greeting: 'Hello you' });
    expect(new __Name__Rpc().answer({ name: 'Ann' })).toEqual({ greeting: 'Hello Ann' });
  });

  it.each([{ name: '' }, { name: 7 }, { more: 1 }])('does not take %j', (given) => {
    expect(findDtoProblems(__Name__Params, given)).toHaveLength(1);
  });
});
