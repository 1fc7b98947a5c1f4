import { t } from '@lingui/core/macro';
import { Component, type ReactNode } from 'react';
import { Failure } from '../kit/states';

/** A view that fails takes nothing else with it. */
export class ViewGuard extends Component<{ children: ReactNode }, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Failure
        what={t`This view could not be shown.`}
        why={t`${error.message}. After an update of the gateway the page has to be reloaded.`}
        onRetry={() => window.location.reload()}
      />
    );
  }
}
