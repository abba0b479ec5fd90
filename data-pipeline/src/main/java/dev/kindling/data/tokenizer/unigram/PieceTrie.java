package dev.kindling.data.tokenizer.unigram;

import java.util.Arrays;

/**
 * All pieces as one tree of UTF-16 characters, so that one walk along a text finds every piece that
 * starts at a place. The edges lie in one open-addressed hash table without an object per node.
 */
final class PieceTrie {
  /** The node of the empty text. */
  static final int ROOT = 0;

  /** No such node, and no piece ends at a node. */
  static final int NONE = -1;

  private static final long EMPTY = -1;
  private static final int INITIAL_CAPACITY_BITS = 8;

  private long[] edges;
  private int[] targets;
  private int shift;
  private int[] pieceAt;
  private int numNodes;

  /**
   * @param pieces the text of each id, all different; null for an id without text
   */
  PieceTrie(String[] pieces) {
    allocate(INITIAL_CAPACITY_BITS);
    pieceAt = new int[edges.length / 2];
    addNode();
    for (int id = 0; id < pieces.length; id++) {
      if (pieces[id] != null) {
        int node = insert(pieces[id]);
        pieceAt[node] = id;
      }
    }
  }

  /** The node that {@code next} leads to, or {@link #NONE}. */
  int child(int node, char next) {
    return targets[slot(edge(node, next))];
  }

  /** The id of the piece that ends at {@code node}, or {@link #NONE}. */
  int piece(int node) {
    return pieceAt[node];
  }

  private int insert(String piece) {
    int node = ROOT;
    for (int i = 0; i < piece.length(); i++) {
      int child = child(node, piece.charAt(i));
      node = child == NONE ? addChild(node, piece.charAt(i)) : child;
    }
    return node;
  }

  private int addChild(int node, char next) {
    if (numNodes == pieceAt.length) {
      grow();
    }
    long edge = edge(node, next);
    int slot = slot(edge);
    edges[slot] = edge;
    targets[slot] = addNode();
    return targets[slot];
  }

  private int addNode() {
    pieceAt[numNodes] = NONE;
    return numNodes++;
  }

  /** Half of the table stays free, so that a search is short. */
  private void grow() {
    long[] oldEdges = edges;
    int[] oldTargets = targets;
    allocate(Long.SIZE - shift + 1);
    pieceAt = Arrays.copyOf(pieceAt, edges.length / 2);
    for (int i = 0; i < oldEdges.length; i++) {
      if (oldEdges[i] != EMPTY) {
        int slot = slot(oldEdges[i]);
        edges[slot] = oldEdges[i];
        targets[slot] = oldTargets[i];
      }
    }
  }

  private void allocate(int capacityBits) {
    edges = new long[1 << capacityBits];
    targets = new int[1 << capacityBits];
    shift = Long.SIZE - capacityBits;
    Arrays.fill(edges, EMPTY);
    Arrays.fill(targets, NONE);
  }

  /** Where {@code edge} is, or the free place where it would be. */
  private int slot(long edge) {
    int slot = (int) ((edge * 0x9E3779B97F4A7C15L) >>> shift);
    while (edges[slot] != edge && edges[slot] != EMPTY) {
      slot = (slot + 1) & (edges.length - 1);
    }
    return slot;
  }

  private static long edge(int node, char next) {
    return (long) node << Character.SIZE | next;
  }
}
