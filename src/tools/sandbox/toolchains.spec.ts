import { toolchainsOn } from './toolchains';

describe('toolchains in the home folder', () => {
  it('are those whose programs are on PATH, without settings and keys', () => {
    const { readable, variables } = toolchainsOn({
      HOME: '/home/ann',
      PATH: '/home/ann/.pyenv/shims:/home/ann/.cargo/bin:/usr/bin:/home/ann/.ssh',
    });
    expect(readable).toContain('/home/ann/.pyenv/versions');
    expect(readable).toContain('/home/ann/.cargo/bin');
    expect(readable).not.toContain('/home/ann/.cargo');
    expect(readable.join()).not.toMatch(/ssh|nvm/);
    expect(variables).toEqual({ PYENV_ROOT: '/home/ann/.pyenv', RUSTUP_HOME: '/home/ann/.rustup' });
  });

  it('are none where nothing of the home folder is on PATH', () => {
    expect(toolchainsOn({ HOME: '/home/ann', PATH: '/usr/bin:/home/annabel/.nvm/versions/node/v22/bin' })).toEqual({
      readable: [],
      variables: {},
    });
    expect(toolchainsOn({ PATH: '/usr/bin' }).readable).toEqual([]);
  });
});
