package dev.kindling.model.arch;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The numbers of an encoder-decoder's pieces: the encoder's embedding, its blocks, the decoder's
 * embedding together with what ends the encoder, the decoder's blocks, the head.
 *
 * @param numEncoderBlocks blocks of the encoder
 * @param numDecoderBlocks blocks of the decoder
 */
record StackPieces(int numEncoderBlocks, int numDecoderBlocks) {
  int encoderEmbedding() {
    return 0;
  }

  int encoderBlock(int block) {
    return 1 + block;
  }

  int decoderEmbedding() {
    return encoderBlock(numEncoderBlocks);
  }

  int decoderBlock(int block) {
    return decoderEmbedding() + 1 + block;
  }

  int head() {
    return decoderBlock(numDecoderBlocks);
  }

  int total() {
    return head() + 1;
  }

  List<Integer> encoderBlocks() {
    return IntStream.range(0, numEncoderBlocks).mapToObj(this::encoderBlock).toList();
  }

  List<Integer> decoderBlocks() {
    return IntStream.range(0, numDecoderBlocks).mapToObj(this::decoderBlock).toList();
  }

  List<Integer> embeddings() {
    return List.of(encoderEmbedding(), decoderEmbedding());
  }

  List<Integer> embeddingsAndHead() {
    return List.of(encoderEmbedding(), decoderEmbedding(), head());
  }
}
