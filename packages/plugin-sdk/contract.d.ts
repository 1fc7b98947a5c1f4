export interface Finding {
  id: string;
  problem: string;
}

/**
 * Starts a plugin once behind the gateway's walls and checks it against its manifest.
 * @param folder folder with `openclaw.plugin.json`
 * @param options openclaw: the executable, `openclaw` by default
 * @returns what is wrong; empty when all is well
 * @throws Error when `openclaw` can't be run
 */
export declare function checkPlugin(folder: string, options?: { openclaw?: string }): Promise<Finding[]>;
