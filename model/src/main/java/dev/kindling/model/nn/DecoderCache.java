package dev.kindling.model.nn;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a decoder keeps of the tokens that it has seen, for B sequences of lengths of their own:
 * keys and values of every layer, and in encoder-decoders those of the encoder's output.
 */
public final class DecoderCache implements AutoCloseable {
  /** Kernels are compiled for every number of keys that they meet: few of them are enough. */
  private static final int LENGTH_STEP = 32;

  private final MemorySpace space;
  private final Shape shape;
  private final List<LayerCache> layers = new ArrayList<>();
  private final List<LayerCache> memories = new ArrayList<>();
  private int[] lengths;
  private int[] memoryLengths = new int[0];
  private LayerCache spare;

  /**
   * The sizes of a cache.
   *
   * @param dtype of the activations
   * @param numLayers of the decoder
   * @param numSequences B
   * @param capacity tokens of the longest sequence
   * @param sequencesPerMemory neighbouring sequences that share one input of an encoder
   * @param memoryCapacity tokens of the longest input of an encoder; 0 where there is none
   * @param numHeads key-value heads
   * @param headSize D
   */
  public record Shape(
      DType dtype,
      int numLayers,
      int numSequences,
      int capacity,
      int sequencesPerMemory,
      int memoryCapacity,
      int numHeads,
      int headSize) {
    private Shape withSequences(int newNumSequences) {
      return new Shape(
          dtype,
          numLayers,
          newNumSequences,
          capacity,
          sequencesPerMemory,
          memoryCapacity,
          numHeads,
          headSize);
    }
  }

  /**
   * Allocates; no sequence has tokens yet.
   *
   * @param space of the backend that computes
   */
  public DecoderCache(MemorySpace space, Shape shape) {
    this.space = space;
    this.shape = shape;
    this.lengths = new int[shape.numSequences()];
    for (int layer = 0; layer < shape.numLayers(); layer++) {
      layers.add(newLayer(shape.numSequences(), shape.capacity()));
      if (shape.memoryCapacity() > 0) {
        memories.add(newLayer(numMemories(), shape.memoryCapacity()));
      }
    }
  }

  private LayerCache newLayer(int numSequences, int capacity) {
    return new LayerCache(
        space, shape.dtype(), numSequences, capacity, shape.numHeads(), shape.headSize());
  }

  /** B. */
  public int numSequences() {
    return shape.numSequences();
  }

  /** Tokens of the longest sequence that fits. */
  public int capacity() {
    return shape.capacity();
  }

  /** Tokens that each sequence has so far. */
  public int[] lengths() {
    return lengths.clone();
  }

  /** Whether no sequence has tokens yet. */
  public boolean isEmpty() {
    return Arrays.stream(lengths).allMatch(length -> length == 0);
  }

  /** Counts tokens whose keys and values were written. */
  public void advance(int[] numTokens) {
    int[] sums = lengths.clone();
    for (int i = 0; i < sums.length; i++) {
      sums[i] += numTokens[i];
    }
    lengths = sums;
  }

  /**
   * How many keys a step looks at: those of the longest sequence with the new ones, rounded up.
   *
   * @param numNew new tokens of every sequence, with padding
   */
  public int numVisibleKeys(int numNew) {
    int longest = Arrays.stream(lengths).max().orElse(0) + numNew;
    int rounded = (longest + LENGTH_STEP - 1) / LENGTH_STEP * LENGTH_STEP;
    return Math.min(rounded, shape.capacity());
  }

  LayerCache layer(int index) {
    return layers.get(index);
  }

  LayerCache memory(int layer) {
    return memories.get(layer);
  }

  /** Inputs of an encoder. */
  int numMemories() {
    return shape.numSequences() / shape.sequencesPerMemory();
  }

  /** Tokens of each input. */
  int[] memoryLengths() {
    return memoryLengths;
  }

  void setMemoryLengths(int[] newLengths) {
    memoryLengths = newLengths.clone();
  }

  /** Tokens of the longest input that fits. */
  int memoryCapacity() {
    return shape.memoryCapacity();
  }

  /**
   * A cache of which sequence {@code i} is a copy of this one's sequence {@code sources[i]}.
   * Sequences that share an input are chosen together.
   */
  public DecoderCache select(Backend backend, int[] sources) {
    DecoderCache chosen = new DecoderCache(space, shape.withSequences(sources.length));
    for (int i = 0; i < sources.length; i++) {
      copySequence(backend, sources[i], chosen, i);
    }
    if (memoryLengths.length > 0) {
      chosen.memoryLengths = new int[chosen.numMemories()];
      for (int i = 0; i < chosen.numMemories(); i++) {
        int source = sources[i * shape.sequencesPerMemory()] / shape.sequencesPerMemory();
        chosen.memoryLengths[i] = memoryLengths[source];
        for (int layer = 0; layer < memories.size(); layer++) {
          LayerCache target = chosen.memories.get(layer);
          memories.get(layer).copySequence(backend, source, target, i, memoryLengths[source]);
        }
      }
    }
    return chosen;
  }

  /** Copies the tokens of one sequence, which fit, into a sequence of another cache. */
  public void copySequence(Backend backend, int source, DecoderCache target, int index) {
    int length = lengths[source];
    if (length > 0) {
      for (int layer = 0; layer < layers.size(); layer++) {
        LayerCache targetLayer = target.layers.get(layer);
        layers.get(layer).copySequence(backend, source, targetLayer, index, length);
      }
    }
    target.lengths[index] = length;
  }

  /**
   * Makes sequence {@code i} a copy of what sequence {@code sources[i]} was. Inputs stay where they
   * are, so both have the same one.
   *
   * @param sources [B]
   */
  public void reorder(Backend backend, int[] sources) {
    int[] newLengths = Arrays.stream(sources).map(source -> lengths[source]).toArray();
    if (spare == null) {
      spare = newLayer(shape.numSequences(), shape.capacity());
    }
    for (int layer = 0; layer < layers.size(); layer++) {
      LayerCache ordered = spare;
      spare = layers.get(layer);
      for (int i = 0; i < sources.length; i++) {
        if (newLengths[i] > 0) {
          spare.copySequence(backend, sources[i], ordered, i, newLengths[i]);
        }
      }
      layers.set(layer, ordered);
    }
    lengths = newLengths;
  }

  /** Takes all tokens from one sequence; its input stays. */
  public void clear(int sequence) {
    lengths[sequence] = 0;
  }

  @Override
  public void close() {
    layers.forEach(LayerCache::close);
    memories.forEach(LayerCache::close);
    if (spare != null) {
      spare.close();
    }
  }
}
