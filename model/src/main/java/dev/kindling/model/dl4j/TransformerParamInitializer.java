package dev.kindling.model.dl4j;

import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.nn.ParameterStore.Slice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The engine's layout as DL4J's table of parameters: every slice is a row-major view of the flat
 * vector. DL4J splits names at underscores, so that keys have hyphens in their place.
 */
final class TransformerParamInitializer implements ParamInitializer {
  static final TransformerParamInitializer INSTANCE = new TransformerParamInitializer();

  private TransformerParamInitializer() {}

  private static List<Slice> layout(Layer layer) {
    return ((TransformerLayer) layer).architecture().layout();
  }

  /** A slice's key. */
  static String key(Slice slice) {
    return slice.name().replace('_', '-');
  }

  private static boolean isMatrix(Slice slice) {
    return slice.shape().size() >= 2;
  }

  private static List<String> keys(Layer layer, boolean matrices) {
    return layout(layer).stream()
        .filter(slice -> isMatrix(slice) == matrices)
        .map(TransformerParamInitializer::key)
        .toList();
  }

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    return layout(layer).stream().mapToLong(Slice::numElements).sum();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    return layout(layer).stream().map(TransformerParamInitializer::key).toList();
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return keys(layer, true);
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return keys(layer, false);
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return weightKeys(layer).contains(key);
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return biasKeys(layer).contains(key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
    TransformerLayer layer = (TransformerLayer) conf.getLayer();
    layout(layer).forEach(slice -> conf.addVariable(key(slice)));
    if (initializeParams) {
      try (ParameterStore store = FlatParameters.over(layout(layer), paramsView)) {
        layer.architecture().initialize(store, layer.getSeed());
      }
    }
    return views(layer, paramsView);
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray gradientView) {
    return views(conf.getLayer(), gradientView);
  }

  private static Map<String, INDArray> views(Layer layer, INDArray vector) {
    INDArray flat = vector.reshape(vector.length());
    Map<String, INDArray> views = new LinkedHashMap<>();
    for (Slice slice : layout(layer)) {
      long end = slice.offset() + slice.numElements();
      long[] shape = slice.shape().stream().mapToLong(Long::longValue).toArray();
      views.put(
          key(slice), flat.get(NDArrayIndex.interval(slice.offset(), end)).reshape('c', shape));
    }
    return views;
  }
}
