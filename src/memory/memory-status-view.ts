/** What the gateway says of the index of one agent. */
export interface MemoryStatus {
  agentId: string;
  path: string;
  files: number;
  chunks: number;
  vectors: number;
  refused?: number;
  provider: string;
  model: string;
  note?: string;
}

/** The index of one agent, for programs. */
export function memoryStatusView(answer: MemoryStatus, workspaceDir?: string): object {
  const { path, files, chunks, vectors, provider, model } = answer;
  const hasMeaning = provider !== 'none';
  return {
    ...answer,
    status: {
      backend: 'builtin',
      files,
      chunks,
      dbPath: path,
      ...(workspaceDir === undefined ? {} : { workspaceDir }),
      provider,
      model,
      sources: ['memory'],
      sourceCounts: [{ source: 'memory', files, chunks }],
      fts: { enabled: true, available: true },
      vector: { enabled: hasMeaning, index: { state: vectors > 0 ? 'ready' : 'empty' } },
      custom: { searchMode: hasMeaning ? 'hybrid' : 'fts-only' },
    },
  };
}
