package dev.kindling.model.dl4j;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.io.ModelConfigFile;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.Precision;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * A whole Transformer of the engine, embeddings and loss included, as one layer of DL4J: what DL4J
 * averages, updates and sends about is DL4J's, and what is computed is the engine's. Parameters and
 * gradients of the engine are DL4J's own flat vectors; nothing is copied.
 *
 * <p>Features are those of {@link TransformerBatches}; the score is the mean cross-entropy of the
 * counted targets, in nats. {@link GradientClipping} is a listener that whoever trains has to set.
 * The class has the getters and setters that DL4J's JSON goes by.
 */
public final class TransformerLayer extends BaseLayer {
  private static final long serialVersionUID = 1L;
  private static final String BATCHES = "batches";
  private static final String TRANSFORMER = "transformer";

  private String model;
  private String backend;
  private int numThreads;
  private String precision;
  private int microBatches;
  private boolean activationCheckpointing;
  private long seed;

  /** For DL4J's JSON. */
  @SuppressWarnings("unused")
  private TransformerLayer() {}

  private TransformerLayer(
      ArchitectureConfig model,
      OptimizerConfig optimizer,
      ComputeOptions compute,
      String backend,
      int numThreads,
      long seed) {
    SpecialTokenIds noSpecialTokens =
        SpecialTokenIds.ofText(OptionalInt.empty(), OptionalInt.empty());
    this.model =
        new String(new ModelConfigFile(model, noSpecialTokens).toJson(), StandardCharsets.UTF_8);
    this.backend = backend;
    this.numThreads = numThreads;
    this.precision = compute.precision().name();
    this.microBatches = compute.microBatches();
    this.activationCheckpointing = compute.activationCheckpointing();
    this.seed = seed;
    // Where one of these is missing, DL4J reads the file as one of its old versions.
    setActivationFn(new ActivationIdentity());
    setWeightInitFn(new WeightInitXavier());
    setIUpdater(Updaters.of(optimizer));
    setRegularization(List.of(new DecoupledWeightDecay(optimizer.weightDecay())));
    setRegularizationBias(List.of());
  }

  /**
   * The graph of this one layer.
   *
   * @param model a GPT or a BERT
   * @param backend the kernels, by name
   * @param numThreads that they compute with
   * @param seed of initial parameters and of dropout
   */
  public static ComputationGraphConfiguration graph(
      ArchitectureConfig model,
      OptimizerConfig optimizer,
      ComputeOptions compute,
      String backend,
      int numThreads,
      long seed) {
    return new NeuralNetConfiguration.Builder()
        .dataType(DataType.FLOAT)
        // The loss is a mean already.
        .miniBatch(false)
        .graphBuilder()
        .addInputs(BATCHES)
        .addLayer(
            TRANSFORMER,
            new TransformerLayer(model, optimizer, compute, backend, numThreads, seed),
            BATCHES)
        .setOutputs(TRANSFORMER)
        .build();
  }

  /** The shape. */
  ArchitectureConfig architecture() {
    byte[] json = model.getBytes(StandardCharsets.UTF_8);
    return (ArchitectureConfig) ModelConfigFile.parse(ModelConfigFile.NAME, json).model();
  }

  /** How a step is computed. */
  ComputeOptions compute() {
    return new ComputeOptions(Precision.valueOf(precision), microBatches, activationCheckpointing);
  }

  @Override
  public org.deeplearning4j.nn.api.Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    TransformerLayerImpl layer = new TransformerLayerImpl(conf, networkDataType);
    layer.setListeners(listeners);
    layer.setIndex(layerIndex);
    layer.setParamsViewArray(layerParamsView);
    layer.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
    layer.setConf(conf);
    return layer;
  }

  @Override
  public ParamInitializer initializer() {
    return TransformerParamInitializer.INSTANCE;
  }

  /** Of matrices; biases and gains have none, as in the engine. */
  @Override
  public List<Regularization> getRegularizationByParam(String name) {
    return initializer().isWeightParam(this, name) ? getRegularization() : List.of();
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return InputType.feedForward(1);
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    // The width of a row follows from the model.
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return null;
  }

  @Override
  public boolean isPretrainParam(String name) {
    return false;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    long numParameters = initializer().numParams(this);
    return new LayerMemoryReport.Builder(
            getLayerName(), TransformerLayer.class, inputType, getOutputType(-1, inputType))
        .standardMemory(numParameters, getIUpdater().stateSize(numParameters))
        .workingMemory(0, 0, 0, 0)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  /** The model's {@code config.json}. */
  public String getModel() {
    return model;
  }

  /** Sets {@link #getModel}. */
  public void setModel(String model) {
    this.model = model;
  }

  /** The kernels, by name. */
  public String getBackend() {
    return backend;
  }

  /** Sets {@link #getBackend}. */
  public void setBackend(String backend) {
    this.backend = backend;
  }

  /** Threads of one kernel. */
  public int getNumThreads() {
    return numThreads;
  }

  /** Sets {@link #getNumThreads}. */
  public void setNumThreads(int numThreads) {
    this.numThreads = numThreads;
  }

  /** Of activations and matrices. */
  public String getPrecision() {
    return precision;
  }

  /** Sets {@link #getPrecision}. */
  public void setPrecision(String precision) {
    this.precision = precision;
  }

  /** Parts that a batch is cut into. */
  public int getMicroBatches() {
    return microBatches;
  }

  /** Sets {@link #getMicroBatches}. */
  public void setMicroBatches(int microBatches) {
    this.microBatches = microBatches;
  }

  /** Whether the insides of layers are computed again on the way back. */
  public boolean isActivationCheckpointing() {
    return activationCheckpointing;
  }

  /** Sets {@link #isActivationCheckpointing}. */
  public void setActivationCheckpointing(boolean activationCheckpointing) {
    this.activationCheckpointing = activationCheckpointing;
  }

  /** Of initial parameters and dropout. */
  public long getSeed() {
    return seed;
  }

  /** Sets {@link #getSeed}. */
  public void setSeed(long seed) {
    this.seed = seed;
  }
}
