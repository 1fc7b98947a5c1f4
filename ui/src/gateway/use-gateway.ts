import { createContext, startTransition, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import {
  type Credentials,
  forgetDeviceToken,
  keepDeviceToken,
  storedCredentials,
  takeFromFragment,
} from './credentials';
import { loadDeviceKey } from './device-key';
import type { EventFrame, Hello } from './frames';
import { knownAnswers } from './known-answers';
import type { MethodCall } from './method-call';
import { CallError, type ConnectionState } from '../../../packages/client/client';
import { GatewaySocket } from './gateway-socket';
import { socketAddress } from './page-place';

export interface Gateway {
  connection: ConnectionState;
  /** Facts of the latest successful login, and when it was; stays while the connection is down. */
  hello: (Hello & { at: number }) | undefined;
  /** How often somebody has tried to log in by hand. */
  attempts: number;
  /** Why this browser can't sign in at all. */
  problem: Error | undefined;
  /** Counts the times at which events were missed. */
  gaps: number;
  call<T>(...call: MethodCall): Promise<T>;
  subscribe(listener: (frame: EventFrame) => void): () => void;
  logIn(credentials: Credentials): void;
  logOut(): void;
}

const VERSION = 'control-ui';

const GatewayContext = createContext<Gateway | undefined>(undefined);
export const GatewayProvider = GatewayContext.Provider;

/** The page's connection. */
export function useGateway(): Gateway {
  const gateway = useContext(GatewayContext);
  if (!gateway) throw new Error('there is no connection here');
  return gateway;
}

/** Opens the page's one connection. Signs in by link, by hand, or with what an earlier visit left. */
export function useConnection(): Gateway {
  const [credentials, setCredentials] = useState<Credentials | undefined>(
    () => takeFromFragment() ?? storedCredentials(),
  );
  const [connection, setConnection] = useState<ConnectionState>({ kind: 'connecting' });
  const [hello, setHello] = useState<Hello & { at: number }>();
  const [attempts, setAttempts] = useState(0);
  const [problem, setProblem] = useState<Error>();
  const [gaps, setGaps] = useState(0);
  const socket = useRef<GatewaySocket | undefined>(undefined);
  const listeners = useRef(new Set<(frame: EventFrame) => void>());

  useEffect(() => {
    let stale = false;
    let current: GatewaySocket | undefined;
    const onState = (state: ConnectionState): void => {
      if (stale) return;
      if (state.kind === 'connected' && state.hello.auth.deviceToken) keepDeviceToken(state.hello.auth.deviceToken);
      if (state.kind === 'refused' && credentials?.kind === 'device-token') {
        // The token of an earlier visit is not accepted any more: ask again.
        forgetDeviceToken();
      }
      startTransition(() => {
        if (state.kind === 'connected') setHello({ ...state.hello, at: Date.now() });
        if (state.kind === 'refused') setHello(undefined);
        setConnection(state);
      });
    };
    loadDeviceKey().then(
      (key) => {
        if (stale) return;
        current = new GatewaySocket({
          url: socketAddress(),
          version: VERSION,
          key,
          credentials,
          onState,
          onEvent: (frame) => listeners.current.forEach((listener) => listener(frame)),
          onGap: () => setGaps((count) => count + 1),
        });
        socket.current = current;
        current.start();
      },
      (error: unknown) => setProblem(error instanceof Error ? error : new Error(String(error))),
    );
    return () => {
      stale = true;
      current?.stop();
    };
  }, [credentials]);

  const call = useCallback(<T>(...request: MethodCall): Promise<T> => {
    const { current } = socket;
    return current
      ? current.call<T>(...request)
      : Promise.reject(new CallError({ code: 'UNAVAILABLE', message: 'not connected' }, true));
  }, []);

  const subscribe = useCallback((listener: (frame: EventFrame) => void) => {
    listeners.current.add(listener);
    return () => {
      listeners.current.delete(listener);
    };
  }, []);

  // A login link that is opened in a page that is there already changes nothing but the fragment.
  useEffect(() => {
    const take = (): void => {
      const taken = takeFromFragment();
      if (taken) setCredentials(taken);
    };
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);

  const logIn = useCallback((next: Credentials): void => {
    setAttempts((count) => count + 1);
    setConnection({ kind: 'connecting' });
    setCredentials(next);
  }, []);

  const logOut = useCallback((): void => {
    forgetDeviceToken();
    knownAnswers.clear();
    setCredentials(undefined);
  }, []);

  return useMemo(
    () => ({ connection, hello, attempts, problem, gaps, call, subscribe, logIn, logOut }),
    [connection, hello, attempts, problem, gaps, call, subscribe, logIn, logOut],
  );
}
