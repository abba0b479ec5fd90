package dev.kindling.data.dedup.minhash;

/** Components on one machine: the plain twin of the distributed ones. */
final class UnionFind {
  private final int[] parents;

  UnionFind(int numNodes) {
    parents = new int[numNodes];
    for (int i = 0; i < numNodes; i++) {
      parents[i] = i;
    }
  }

  void union(int one, int other) {
    int first = find(one);
    int second = find(other);
    parents[Math.max(first, second)] = Math.min(first, second);
  }

  /** The smallest node of the component. */
  int find(int node) {
    int root = node;
    while (parents[root] != root) {
      parents[root] = parents[parents[root]];
      root = parents[root];
    }
    return root;
  }
}
