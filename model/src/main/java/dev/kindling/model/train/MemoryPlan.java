package dev.kindling.model.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.layout.ModelLayout;
import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.nn.VocabularyHead;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.tensor.DType;

/**
 * What a training step holds in memory, from the shape of the model and of the batch: a formula,
 * for which nothing is allocated.
 *
 * <p>Legend: P = parameters, N = tokens of a micro-batch, C = embedding size, F = feed-forward
 * size, A = columns of the heads, V = vocabulary size.
 *
 * @param parameters of the masters, 4 P
 * @param gradients of the parameters, 4 P
 * @param moments of AdamW, 8 P; SGD has none
 * @param copies of the parameters in the type of the activations, 2 P with BF16
 * @param activations what the forward pass keeps for the backward pass
 * @param activationGradients of which there are a few at a time
 * @param kernels scratch memory of kernels: logits of a chunk of rows, tiles of attention, packed
 *     operands of products
 */
public record MemoryPlan(
    long parameters,
    long gradients,
    long moments,
    long copies,
    long activations,
    long activationGradients,
    long kernels) {
  /** A Java virtual machine with ND4J, oneDNN and their compiled kernels, and a small heap. */
  public static final long PROCESS_BYTES = 160L << 20;

  /** Off-heap memory of a rank. */
  public long total() {
    return parameters + gradients + moments + copies + activations + activationGradients + kernels;
  }

  /** Resident memory of a process that is one rank and does nothing else. */
  public long processTotal() {
    return total() + PROCESS_BYTES;
  }

  /**
   * The plan of a step of a replica that is one rank, its micro-batches one after the other.
   *
   * @param optimizer whose moments there are
   * @param batchSize sequences in a step
   * @param length tokens of a sequence; of an encoder-decoder those of an input
   * @param targetLength tokens of a target of an encoder-decoder; not used by others
   * @param logitBytes that the backend likes to make at a time
   */
  public static MemoryPlan of(
      ArchitectureConfig config,
      OptimizerConfig optimizer,
      ComputeOptions compute,
      int batchSize,
      int length,
      int targetLength,
      long logitBytes) {
    PartLayout whole = PartLayout.whole(config.placements());
    return ofPart(
        config, whole, 1, optimizer, compute, batchSize, length, targetLength, logitBytes);
  }

  /**
   * The plan of a step of one of the ranks that share a replica.
   *
   * @param part what the rank holds
   * @param numPasses passes of a micro-batch through a chunk that have memory of their own: those
   *     that have gone forwards and not yet back, and those whose results are still being sent
   * @param optimizer whose moments there are
   * @param batchSize sequences in a step
   * @param length tokens of a sequence; of an encoder-decoder those of an input
   * @param targetLength tokens of a target of an encoder-decoder; not used by others
   * @param logitBytes that the backend likes to make at a time
   */
  public static MemoryPlan ofPart(
      ArchitectureConfig config,
      PartLayout part,
      int numPasses,
      OptimizerConfig optimizer,
      ComputeOptions compute,
      int batchSize,
      int length,
      int targetLength,
      long logitBytes) {
    long numParameters = part.numParameters();
    long microBatch = (batchSize + compute.microBatches() - 1L) / compute.microBatches();
    boolean copied = compute.precision().dtype() != DType.F32;
    Activations activations =
        part.chunks().stream()
            .map(
                chunk ->
                    Activations.of(
                        config,
                        Blocks.of(config, part.whole(), chunk),
                        part.numSlices(),
                        compute,
                        microBatch,
                        length,
                        targetLength,
                        logitBytes))
            .reduce(Activations::larger)
            .orElseThrow();
    return new MemoryPlan(
        numParameters * Float.BYTES,
        numParameters * Float.BYTES,
        optimizer.numMoments() * numParameters * Float.BYTES,
        copied ? numParameters * compute.precision().dtype().bytes() : 0,
        numPasses * activations.kept(),
        numPasses * activations.gradients(),
        activations.kernels());
  }

  /**
   * What a chunk has of the pieces of a model: an embedding, the blocks of the first stack, another
   * embedding and the blocks of the second stack where there is one, the head.
   *
   * @param encoder blocks of the encoder, or of the only stack
   * @param decoder blocks of a decoder behind an encoder
   * @param head whether the last piece is there, which computes the loss
   */
  private record Blocks(int encoder, int decoder, boolean head) {
    static Blocks of(ArchitectureConfig config, ModelLayout layout, PieceRange chunk) {
      int head = layout.numPieces() - 1;
      int firstOfDecoder = 2 + config.numLayers();
      return new Blocks(
          (int) chunk.within(1, config.numLayers()).count(),
          (int) chunk.within(firstOfDecoder, Math.max(0, head - firstOfDecoder)).count(),
          chunk.contains(head));
    }
  }

  /** The part that depends on the batch: of one pass through a chunk. */
  private record Activations(long kept, long gradients, long kernels) {
    private static final long TILES = 8L << 20;

    Activations larger(Activations other) {
      return kept + gradients >= other.kept + other.gradients ? this : other;
    }

    static Activations of(
        ArchitectureConfig config,
        Blocks blocks,
        int numSlices,
        ComputeOptions compute,
        long batch,
        int length,
        int targetLength,
        long logitBytes) {
      Widths widths = Widths.of(config).slice(numSlices);
      long bytes = compute.precision().dtype().bytes();
      long numTokens = batch * length;
      long numTargets = widths.numDecoderLayers() > 0 ? batch * targetLength : numTokens;
      long width = config.embeddingSize();
      long encoderBlock = numTokens * widths.block();
      long decoderBlock =
          numTargets * (widths.block() + widths.crossQueries()) + numTokens * widths.crossKeys();
      long kept =
          compute.activationCheckpointing()
              ? (blocks.encoder() * numTokens + blocks.decoder() * numTargets) * width
                  + Math.max(
                      encoderBlock * Math.min(1, blocks.encoder()),
                      decoderBlock * Math.min(1, blocks.decoder()))
              : blocks.encoder() * encoderBlock + blocks.decoder() * decoderBlock;
      // The embeddings and the final norm of each stack.
      long around = 2 * width * (numTokens + (widths.numDecoderLayers() > 0 ? numTargets : 0));
      long bias =
          widths.relativeBias() * ((long) length * length + (long) targetLength * targetLength);
      long block = 3 * width + 2 * widths.network() + widths.fused();
      long gradients = numTokens * block;
      if (widths.numDecoderLayers() > 0) {
        // Those of the targets' length are not used again for those of the inputs'.
        gradients += numTargets * (block + widths.crossKeys()) + numTokens * widths.memory();
      }
      long rows = VocabularyHead.rowsPerChunk(logitBytes, numTargets, config.vocabSize());
      long logits = rows * config.vocabSize() * (Float.BYTES + (bytes == Float.BYTES ? 0 : bytes));
      return new Activations(
          (kept + around) * bytes + 2 * bias * Float.BYTES,
          gradients * bytes,
          (blocks.head() ? logits : 0) + Math.max(numTokens, numTargets) * width * bytes + TILES);
    }
  }

  /**
   * Columns of what a block keeps for every token.
   *
   * @param whole those of a block that every slice has: two norms and two results
   */
  private record Widths(
      long block,
      long network,
      long fused,
      long crossQueries,
      long crossKeys,
      long memory,
      int numDecoderLayers,
      long relativeBias,
      long whole) {
    /** What is cut is what lies inside the attention and the network; the stream is not. */
    Widths slice(int numSlices) {
      return new Widths(
          whole + sliced(block - whole, numSlices),
          sliced(network, numSlices),
          sliced(fused, numSlices),
          whole / 2 + sliced(crossQueries - whole / 2, numSlices),
          sliced(crossKeys, numSlices),
          whole / 4 + sliced(memory - whole / 4, numSlices),
          numDecoderLayers,
          sliced(relativeBias, numSlices),
          whole);
    }

    private static long sliced(long columns, int numSlices) {
      return (columns + numSlices - 1) / numSlices;
    }

    static Widths of(ArchitectureConfig config) {
      long width = config.embeddingSize();
      if (config instanceof GptConfig gpt) {
        long keys = 2L * gpt.numKeyValueHeads() * gpt.headSize();
        boolean gated = gpt.options().feedForward() == GptOptions.FeedForwardKind.SWIGLU;
        return of(width, width, keys, gpt.feedForwardSize(), gated, 0, 0);
      }
      if (config instanceof BertConfig bert) {
        return of(width, width, 2 * width, bert.feedForwardSize(), false, 0, 0);
      }
      if (config instanceof T5Config t5) {
        return of(
            width,
            t5.attentionSize(),
            2 * t5.attentionSize(),
            t5.feedForwardSize(),
            t5.gated(),
            t5.numDecoderLayers(),
            t5.numHeads());
      }
      BartConfig bart = (BartConfig) config;
      return of(width, width, 2 * width, bart.feedForwardSize(), false, bart.numDecoderLayers(), 0);
    }

    private static Widths of(
        long width,
        long heads,
        long keys,
        long network,
        boolean gated,
        int numDecoderLayers,
        long relativeBias) {
      long fused = heads + keys;
      // Two norms and two results of C; the fused projection and the heads; the network's inside.
      long block = 4 * width + fused + heads + (gated ? 3 : 2) * network;
      return new Widths(
          block,
          network,
          fused,
          2 * width + 2 * heads,
          2 * heads,
          width + 2 * heads,
          numDecoderLayers,
          relativeBias,
          4 * width);
    }
  }
}
