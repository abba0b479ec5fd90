package dev.kindling.data.tokenizer;

import java.util.Arrays;
import java.util.Map;

/**
 * The pieces of a WordPiece vocabulary as two tries over characters, of which one holds the pieces
 * that begin a word and the other those that continue it. The edges of both share one
 * open-addressed hash table, so that looking for a piece makes no object.
 */
final class PieceTrie {
  /** The node where pieces that begin a word start. */
  static final int WORD_START = 0;

  /** The node where pieces that continue a word start. */
  static final int CONTINUATION = 1;

  /** No such node, or no piece that ends there. */
  static final int NONE = -1;

  private static final long EMPTY = -1;

  private long[] edges = new long[1024];
  private int[] targets = new int[1024];
  private int numNodes = 2;
  private int[] idOfNode = new int[512];

  /** The vocabulary, in which {@code prefix} marks the pieces that continue a word. */
  PieceTrie(Map<String, Integer> ids, String prefix) {
    Arrays.fill(edges, EMPTY);
    Arrays.fill(idOfNode, NONE);
    ids.forEach(
        (piece, id) -> {
          boolean continues = piece.startsWith(prefix) && piece.length() > prefix.length();
          // "##" may also begin a word where no pre-tokenizer separates punctuation.
          add(piece, 0, WORD_START, id);
          if (continues) {
            add(piece, prefix.length(), CONTINUATION, id);
          }
        });
  }

  /** The node that {@code character} leads to, or {@link #NONE}. */
  int next(int node, char character) {
    long edge = edge(node, character);
    int mask = edges.length - 1;
    for (int slot = slot(edge); ; slot = (slot + 1) & mask) {
      if (edges[slot] == edge) {
        return targets[slot];
      }
      if (edges[slot] == EMPTY) {
        return NONE;
      }
    }
  }

  /** The id of the piece that ends at {@code node}, or {@link #NONE}. */
  int id(int node) {
    return idOfNode[node];
  }

  private void add(String piece, int from, int root, int id) {
    int node = root;
    for (int i = from; i < piece.length(); i++) {
      int next = next(node, piece.charAt(i));
      node = next == NONE ? addNode(node, piece.charAt(i)) : next;
    }
    idOfNode[node] = id;
  }

  private int addNode(int parent, char character) {
    if (numNodes == idOfNode.length) {
      idOfNode = Arrays.copyOf(idOfNode, numNodes * 2);
      Arrays.fill(idOfNode, numNodes, idOfNode.length, NONE);
    }
    if (numNodes * 2 > edges.length) {
      grow();
    }
    put(edge(parent, character), numNodes);
    return numNodes++;
  }

  private void grow() {
    long[] oldEdges = edges;
    int[] oldTargets = targets;
    edges = new long[oldEdges.length * 2];
    targets = new int[edges.length];
    Arrays.fill(edges, EMPTY);
    for (int slot = 0; slot < oldEdges.length; slot++) {
      if (oldEdges[slot] != EMPTY) {
        put(oldEdges[slot], oldTargets[slot]);
      }
    }
  }

  private void put(long edge, int target) {
    int slot = slot(edge);
    while (edges[slot] != EMPTY) {
      slot = (slot + 1) & (edges.length - 1);
    }
    edges[slot] = edge;
    targets[slot] = target;
  }

  private static long edge(int node, char character) {
    return (long) node << Character.SIZE | character;
  }

  private int slot(long edge) {
    return (int) ((edge * 0x9E3779B97F4A7C15L) >>> 32) & (edges.length - 1);
  }
}
