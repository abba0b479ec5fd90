package dev.kindling.model.dl4j;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.train.LocalTrainer;
import dev.kindling.model.train.StepPosition;
import java.util.List;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * {@link TransformerLayer} at work. The engine's trainer lies over DL4J's vectors of parameters and
 * gradients, is made for the first batch, and stays until {@link #close}, so that a step allocates
 * nothing after the first.
 */
final class TransformerLayerImpl extends BaseLayer<TransformerLayer> implements IOutputLayer {
  private static final long serialVersionUID = 1L;

  private transient Backend backend;
  private transient LocalTrainer trainer;
  private transient INDArray labels;

  TransformerLayerImpl(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  private LocalTrainer trainer() {
    if (trainer == null) {
      ArchitectureConfig model = layerConf().architecture();
      backend = Backends.open(layerConf().getBackend(), layerConf().getNumThreads());
      ParameterStore parameters = FlatParameters.over(model.layout(), paramsFlattened);
      ParameterStore gradients =
          gradientsFlattened == null
              ? ParameterStore.allocate(model.layout(), DType.F32)
              : FlatParameters.over(model.layout(), gradientsFlattened);
      trainer = new LocalTrainer(model, layerConf().compute(), backend, parameters, gradients);
    }
    return trainer;
  }

  @Override
  public void setParamsViewArray(INDArray params) {
    close();
    super.setParamsViewArray(params);
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray gradients) {
    close();
    super.setBackpropGradientsViewArray(gradients);
  }

  /** Forward and backward of the whole model; the score is known afterwards. */
  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspace) {
    TransformerBatches.Read read = TransformerBatches.read(layerConf().architecture(), input);
    long step = getIterationCount();
    StepPosition position = new StepPosition(step, step, layerConf().getSeed(), read.firstSample());
    FlatParameters.readOnHost(paramsFlattened);
    score = trainer().computeGradient(read.batch(), position).loss();
    FlatParameters.writtenOnHost(gradientsFlattened);
    Gradient gradient = new DefaultGradient(gradientsFlattened);
    gradientViews.forEach((key, view) -> gradient.setGradientFor(key, view));
    return new Pair<>(gradient, null);
  }

  /** The mean cross-entropy [B, 1] of every sequence, without dropout. */
  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspace) {
    Batch batch = TransformerBatches.read(layerConf().architecture(), input).batch();
    INDArray losses =
        workspace.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, batch.size(), 1);
    for (int row = 0; row < batch.size(); row++) {
      Batch sequence = batch.rows(row, 1);
      losses.putScalar(row, sequence.numCounted() == 0 ? 0 : evaluate(sequence));
    }
    return losses;
  }

  private double evaluate(Batch batch) {
    FlatParameters.readOnHost(paramsFlattened);
    return trainer().evaluate(batch);
  }

  /** What {@link #backpropGradient} has found, or the loss without dropout where it did not run. */
  @Override
  public double computeScore(double regularization, boolean training, LayerWorkspaceMgr workspace) {
    if (!training) {
      score = evaluate(TransformerBatches.read(layerConf().architecture(), input).batch());
    }
    return score + regularization;
  }

  @Override
  public INDArray computeScoreForExamples(double regularization, LayerWorkspaceMgr workspace) {
    return activate(false, workspace).addi(regularization);
  }

  @Override
  public boolean needsLabels() {
    return false;
  }

  @Override
  public void setLabels(INDArray labels) {
    this.labels = labels;
  }

  @Override
  public INDArray getLabels() {
    return labels;
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  /** Frees what the engine holds; DL4J's vectors stay. */
  @Override
  public void close() {
    if (trainer != null) {
      trainer.close();
      trainer = null;
    }
    if (backend != null) {
      backend.close();
      backend = null;
    }
  }

  private static UnsupportedOperationException noClassifier() {
    return new UnsupportedOperationException(
        "A language model has a loss and predicts no classes: ask for the score");
  }

  @Override
  public double f1Score(DataSet data) {
    throw noClassifier();
  }

  @Override
  public double f1Score(INDArray examples, INDArray targets) {
    throw noClassifier();
  }

  @Override
  @Deprecated
  public int numLabels() {
    throw noClassifier();
  }

  @Override
  public void fit(DataSetIterator iterator) {
    throw noClassifier();
  }

  @Override
  public int[] predict(INDArray examples) {
    throw noClassifier();
  }

  @Override
  public List<String> predict(DataSet data) {
    throw noClassifier();
  }

  @Override
  public void fit(INDArray examples, INDArray targets) {
    throw noClassifier();
  }

  @Override
  public void fit(DataSet data) {
    throw noClassifier();
  }

  @Override
  public void fit(INDArray examples, int[] targets) {
    throw noClassifier();
  }
}
