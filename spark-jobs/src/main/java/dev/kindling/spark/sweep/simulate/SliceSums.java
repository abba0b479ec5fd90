package dev.kindling.spark.sweep.simulate;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.nn.VocabularyHead;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.train.ComputeOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What the slices of a model sum up while one micro-batch goes through some of its pieces: around
 * each sublayer a [N, C] on the way forward and one on the way back (Megatron-LM, Shoeybi et al.
 * 2019), which makes four for a block of two sublayers; beside them the embedding, what an
 * encoder's blocks are read for, and the vocabulary's loss.
 *
 * @param forward tensors that are summed up on the way forward
 * @param backward those on the way back
 */
record SliceSums(List<Summed> forward, List<Summed> backward) {

  /** A tensor. */
  record Summed(DType dtype, long numElements) {}

  /**
   * A micro-batch.
   *
   * @param sequences in it
   * @param length tokens of one; of an encoder-decoder those of an input
   * @param targetLength tokens of a target of an encoder-decoder
   * @param predicted tokens of all sequences whose loss counts
   */
  record MicroBatch(long sequences, int length, int targetLength, long predicted) {}

  /**
   * Counts them.
   *
   * @param numPieces of the model, of which the last makes the loss
   * @param pieces that the micro-batch goes through
   */
  static SliceSums of(
      ArchitectureConfig model,
      int numPieces,
      PieceRange pieces,
      int numSlices,
      ComputeOptions compute,
      MicroBatch batch) {
    return new Counter(model, numPieces - 1, pieces, numSlices, compute, batch).count();
  }

  /** Seconds of the sums over {@code numSlices} ranks. */
  static double seconds(List<Summed> sums, Collectives collectives, int numSlices) {
    return sums.stream()
        .mapToDouble(sum -> collectives.allReduce(sum.dtype(), sum.numElements(), numSlices))
        .sum();
  }

  private static final class Counter {
    private final ArchitectureConfig model;
    private final int head;
    private final PieceRange pieces;
    private final int numSlices;
    private final ComputeOptions compute;
    private final MicroBatch batch;
    private final List<Summed> forward = new ArrayList<>();
    private final List<Summed> backward = new ArrayList<>();

    Counter(
        ArchitectureConfig model,
        int head,
        PieceRange pieces,
        int numSlices,
        ComputeOptions compute,
        MicroBatch batch) {
      this.model = model;
      this.head = head;
      this.pieces = pieces;
      this.numSlices = numSlices;
      this.compute = compute;
      this.batch = batch;
    }

    SliceSums count() {
      if (numSlices == 1) {
        return new SliceSums(List.of(), List.of());
      }
      boolean hasDecoder = model instanceof T5Config || model instanceof BartConfig;
      long inputs = batch.sequences() * batch.length();
      embedding(0, inputs);
      blocks(pieces.within(1, model.numLayers()).count(), 2, inputs);
      if (hasDecoder) {
        long targets = batch.sequences() * batch.targetLength();
        int decoderEmbedding = 1 + model.numLayers();
        embedding(decoderEmbedding, targets);
        int first = decoderEmbedding + 1;
        long numBlocks = pieces.within(first, Math.max(0, head - first)).count();
        blocks(numBlocks, 3, targets);
        if (numBlocks > 0) {
          backward.add(stream(inputs));
        }
      }
      if (pieces.contains(head)) {
        head();
      }
      return new SliceSums(forward, backward);
    }

    private void embedding(int piece, long numTokens) {
      if (pieces.contains(piece)) {
        forward.add(stream(numTokens));
      }
    }

    private void blocks(long numBlocks, int numSublayers, long numTokens) {
      int numSums = Math.toIntExact(numBlocks * numSublayers);
      forward.addAll(Collections.nCopies(numSums, stream(numTokens)));
      backward.addAll(Collections.nCopies(numSums, stream(numTokens)));
      if (compute.activationCheckpointing()) {
        // The insides of the blocks are computed a second time.
        backward.addAll(Collections.nCopies(numSums, stream(numTokens)));
      }
    }

    /** For every row, the sums of all slices' exponentials, and the logit of the target. */
    private void head() {
      long left = batch.predicted();
      int rowsPerChunk =
          VocabularyHead.rowsPerChunk(
              Backend.CPU_LOGIT_BYTES, batch.predicted(), model.vocabSize());
      for (; left > 0; left -= rowsPerChunk) {
        long rows = Math.min(left, rowsPerChunk);
        forward.add(new Summed(DType.F32, (numSlices + 1L) * rows));
      }
      backward.add(stream(batch.predicted()));
    }

    private Summed stream(long numTokens) {
      return new Summed(compute.precision().dtype(), numTokens * model.embeddingSize());
    }
  }
}
