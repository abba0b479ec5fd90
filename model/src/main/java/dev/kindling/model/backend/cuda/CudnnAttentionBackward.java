package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.AttentionGradients;
import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.cuda.CudnnGraph.Node;
import org.bytedeco.cuda.global.cudnn;

/**
 * Attention's backward pass. The arguments are the query, key, value, output, output gradient,
 * statistics and row sums, the gradients of query, key and value, the scale, one, and minus
 * infinity if it is causal. The row sums [B, H, Tq, 1] in F32 are scratch.
 *
 * <p>The gradient of the query is the product of a whole row of score gradients and the keys, for
 * which cuDNN stores these. The pattern that stores none adds parts of it up in whatever order they
 * come, so that equal calls differ in the last bits; this one does not.
 *
 * @param causal whether position t sees positions 0…t only
 * @param query [B, H, Tq, D] in BF16, as the others are
 * @param key [B, G, Tk, D]
 * @param value [B, G, Tk, D]
 * @param queryGradient [B, H, Tq, D], overwritten
 * @param keyGradient [B, G, Tk, D], overwritten
 * @param valueGradient [B, G, Tk, D], overwritten
 */
record CudnnAttentionBackward(
    boolean causal,
    CudnnLayout query,
    CudnnLayout key,
    CudnnLayout value,
    CudnnLayout queryGradient,
    CudnnLayout keyGradient,
    CudnnLayout valueGradient)
    implements CudnnProblem {
  static CudnnAttentionBackward of(AttentionInputs inputs, AttentionGradients gradients) {
    return new CudnnAttentionBackward(
        inputs.causal(),
        CudnnLayout.of(inputs.query()),
        CudnnLayout.of(inputs.key()),
        CudnnLayout.of(inputs.value()),
        CudnnLayout.of(gradients.query()),
        CudnnLayout.of(gradients.key()),
        CudnnLayout.of(gradients.value()));
  }

  @Override
  public void describe(CudnnGraph graph) {
    long batch = query.batch();
    long numHeads = query.numHeads();
    long numQueries = query.numRows();
    long headSize = query.numColumns();
    CudnnLayout perRow = CudnnLayout.packed(batch, numHeads, numQueries, 1);
    CudnnLayout scoresLayout = CudnnLayout.packed(batch, numHeads, numQueries, key.numRows());
    Node queries = graph.argument(cudnn.CUDNN_DATA_BFLOAT16, query);
    Node keys = graph.argument(cudnn.CUDNN_DATA_BFLOAT16, key.transposed());
    Node values = graph.argument(cudnn.CUDNN_DATA_BFLOAT16, value.transposed());
    Node output = graph.argument(cudnn.CUDNN_DATA_BFLOAT16, query.packedRows());
    Node outputGradients = graph.argument(cudnn.CUDNN_DATA_BFLOAT16, query.packedRows());
    Node logSums = graph.argument(cudnn.CUDNN_DATA_FLOAT, perRow);
    Node rowSums = graph.argument(cudnn.CUDNN_DATA_FLOAT, perRow);
    Node queryGradients = graph.argument(cudnn.CUDNN_DATA_BFLOAT16, queryGradient);
    Node keyGradients = graph.argument(cudnn.CUDNN_DATA_BFLOAT16, keyGradient);
    Node valueGradients = graph.argument(cudnn.CUDNN_DATA_BFLOAT16, valueGradient);
    Node scale = graph.number();
    Node one = graph.number();

    Node weighted =
        graph.intermediate(
            cudnn.CUDNN_DATA_FLOAT,
            new CudnnLayout(
                batch,
                numHeads,
                numQueries,
                headSize,
                numHeads * numQueries * headSize,
                numQueries * headSize,
                numHeads * headSize,
                1));
    graph.each(cudnn.CUDNN_POINTWISE_MUL, outputGradients, output, weighted);
    Node sums = graph.intermediate(cudnn.CUDNN_DATA_FLOAT, perRow);
    graph.reduce(cudnn.CUDNN_REDUCE_TENSOR_ADD, weighted, sums);
    graph.each(cudnn.CUDNN_POINTWISE_MUL, sums, one, rowSums);

    Node products = graph.intermediate(cudnn.CUDNN_DATA_FLOAT, scoresLayout);
    graph.multiply(queries, keys, products);
    Node scores = graph.each(cudnn.CUDNN_POINTWISE_MUL, products, scale);
    Node logarithms = graph.each(cudnn.CUDNN_POINTWISE_SUB, scores, logSums);
    if (causal) {
      logarithms = graph.keepLowerTriangle(logarithms, graph.number());
    }
    Node probabilities = graph.each(cudnn.CUDNN_POINTWISE_EXP, logarithms);
    multiplyTransposed(graph, probabilities, outputGradients, valueGradients);

    Node probabilityGradients = graph.intermediate(cudnn.CUDNN_DATA_FLOAT, scoresLayout);
    graph.multiply(outputGradients, values, probabilityGradients);
    Node centred = graph.each(cudnn.CUDNN_POINTWISE_SUB, probabilityGradients, rowSums);
    Node logarithmGradients = graph.each(cudnn.CUDNN_POINTWISE_MUL, centred, probabilities);
    Node scoreGradients = graph.each(cudnn.CUDNN_POINTWISE_MUL, logarithmGradients, scale);
    multiplyTransposed(graph, scoreGradients, queries, keyGradients);
    graph.multiply(scoreGradients, graph.transpose(keys, cudnn.CUDNN_DATA_FLOAT), queryGradients);
  }

  /** out = leftᵀ · right, added up over the query heads that share one of {@code out}. */
  private void multiplyTransposed(CudnnGraph graph, Node left, Node right, Node out) {
    Node transposed = graph.transpose(left, cudnn.CUDNN_DATA_BFLOAT16);
    if (key.numHeads() == query.numHeads()) {
      graph.multiply(transposed, right, out);
      return;
    }
    Node ofEachHead =
        graph.intermediate(
            cudnn.CUDNN_DATA_BFLOAT16,
            CudnnLayout.packed(query.batch(), query.numHeads(), key.numRows(), query.numColumns()));
    graph.multiply(transposed, right, ofEachHead);
    graph.reduce(cudnn.CUDNN_REDUCE_TENSOR_ADD, ofEachHead, out);
  }
}
