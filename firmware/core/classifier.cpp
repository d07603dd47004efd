#include "classifier.h"

#include "bytes.h"
#include "limits.h"

namespace camhil {
namespace {

constexpr uint32_t kScale1Over256 = 0x3B800000;  // the float 1/256
constexpr int64_t kScoreZeroPoint = -128;
constexpr uint32_t kMaxReshapes = 4;

Status NoScore(const char* why) {
  return Failure(ErrorCode::kModelScore, 0, 0, why);
}

Status NoClassifier(int64_t code, const char* why) {
  return Failure(ErrorCode::kModelClassifier, code, 0, why);
}

Status NoFeatures(const char* why) {
  return Failure(ErrorCode::kModelFeatures, 0, 0, why);
}

bool IsScore(const ModelTensor& tensor) {
  return tensor.type() == kTypeInt8 && tensor.rank() == 2 && tensor.Dim(0) == 1 &&
         tensor.scale_count() == 1 && tensor.ScaleBits(0) == kScale1Over256 &&
         tensor.zero_point_count() == 1 && tensor.ZeroPoint(0) == kScoreZeroPoint;
}

// The operator that computes tensor `number`; false when none does.
bool FindProducer(const ModelGraph& graph, int32_t number, ModelOp* producer) {
  if (number < 0) return false;
  for (uint32_t i = 0; i < graph.op_count(); ++i) {
    const ModelOp op = graph.Op(i);
    for (uint32_t output = 0; output < op.output_count(); ++output) {
      if (op.Output(output) == number) {
        *producer = op;
        return true;
      }
    }
  }
  return false;
}

// Like FindProducer, but looks through RESHAPE.
bool FindProducerBeforeReshape(const ModelGraph& graph, int32_t number, ModelOp* producer) {
  for (uint32_t i = 0; i <= kMaxReshapes; ++i) {
    if (!FindProducer(graph, number, producer)) return false;
    if (producer->code() != builtin::kReshape) return true;
    number = producer->Input(0);
  }
  return false;
}

Status FindScore(const ModelGraph& graph, Classifier* found, ModelOp* softmax) {
  for (uint32_t i = 0; i < graph.output_count() && i <= UINT8_MAX; ++i) {
    const int32_t number = graph.OutputTensor(i);
    const ModelTensor tensor = graph.TensorAt(number);
    if (!IsScore(tensor) || !FindProducer(graph, number, softmax) ||
        softmax->code() != builtin::kSoftmax) {
      continue;
    }
    if (tensor.Dim(1) < 2 || tensor.Dim(1) > kMaxClasses) {
      return Failure(ErrorCode::kModelScore, kMaxClasses, tensor.Dim(1), "score has ",
                     tensor.Dim(1), " classes, 2 to ", uint32_t{kMaxClasses}, " are supported");
    }
    found->score_output = static_cast<uint8_t>(i);
    found->classes = static_cast<uint8_t>(tensor.Dim(1));
    return {};
  }
  return NoScore("no int8 SOFTMAX output [1, classes] of scale 1/256 and zero point -128");
}

// Weights of the positive class: one row of [classes, channels] or
// [classes, 1, 1, channels].
Status ReadWeights(const ModelGraph& graph, const ModelOp& layer, Classifier* found) {
  const ModelTensor filter = graph.TensorAt(layer.Input(1));
  const uint32_t channels = filter.Dim(filter.rank() - 1);
  const bool matrix =
      layer.code() == builtin::kFullyConnected && filter.HasShape({found->classes, channels});
  const bool pointwise =
      layer.code() == builtin::kConv2d && filter.HasShape({found->classes, 1, 1, channels});
  if (filter.type() != kTypeInt8 || channels == 0 || !(matrix || pointwise)) {
    return NoClassifier(layer.code(), "classifier filter is not int8 [classes, (1, 1,) channels]");
  }
  if (channels > kMaxCamChannels) {
    return Failure(ErrorCode::kModelClassifier, kMaxCamChannels, channels,
                   "classifier has too many channels");
  }
  if (filter.data().size != uint64_t{found->classes} * channels) {
    return NoClassifier(layer.code(), "classifier filter is not a constant of the model");
  }
  const uint32_t zero_points = filter.zero_point_count();
  if (zero_points != 1 && zero_points != found->classes) {
    return NoClassifier(layer.code(), "classifier filter has no zero point per tensor or class");
  }
  const int64_t zero_point = filter.ZeroPoint(zero_points == 1 ? 0 : found->positive_class);
  if (zero_point < INT8_MIN || zero_point > INT8_MAX) {
    return NoClassifier(layer.code(), "zero point of the classifier filter is not int8");
  }
  found->channels = static_cast<uint16_t>(channels);
  found->weights = AsInt8(filter.data().data) + size_t{found->positive_class} * channels;
  found->weight_zero_point = static_cast<int32_t>(zero_point);
  return {};
}

// True when MEAN reduces rows and columns, and nothing else, of a 4-D tensor.
bool ReducesRowsAndColumns(const ModelTensor& axes) {
  if (axes.type() != kTypeInt32 || axes.data().size != 2 * sizeof(int32_t)) return false;
  bool rows = false;
  bool columns = false;
  for (size_t i = 0; i < 2; ++i) {
    const auto axis = static_cast<int32_t>(LoadLe32(axes.data().data + i * sizeof(int32_t)));
    rows = rows || axis == 1 || axis == -3;
    columns = columns || axis == 2 || axis == -2;
  }
  return rows && columns;
}

bool PoolsWholeMap(const ModelGraph& graph, const ModelOp& pool, const ModelTensor& map) {
  if (pool.code() == builtin::kMean) return ReducesRowsAndColumns(graph.TensorAt(pool.Input(1)));
  if (pool.code() != builtin::kAveragePool2d) return false;
  const PoolFilter filter = pool.pool_filter();
  return filter.height > 0 && static_cast<uint32_t>(filter.height) == map.Dim(1) &&
         filter.width > 0 && static_cast<uint32_t>(filter.width) == map.Dim(2);
}

Status ReadFeatures(const ModelGraph& graph, int32_t number, Classifier* found) {
  const ModelTensor map = graph.TensorAt(number);
  const uint32_t rows = map.Dim(1);
  const uint32_t columns = map.Dim(2);
  if (map.type() != kTypeInt8 || !map.HasShape({1, rows, columns, found->channels})) {
    return NoFeatures("what is pooled is not int8 [1, rows, columns, channels of the filter]");
  }
  if (rows == 0 || columns == 0 || rows > UINT8_MAX || columns > UINT8_MAX ||
      rows * columns > kMaxCamCells) {
    return Failure(ErrorCode::kModelFeatures, kMaxCamCells, int64_t{rows} * columns,
                   "feature map of ", rows, " x ", columns, " cells, at most ",
                   uint32_t{kMaxCamCells}, " are supported");
  }
  if (map.zero_point_count() != 1 || map.ZeroPoint(0) < INT8_MIN || map.ZeroPoint(0) > INT8_MAX) {
    return NoFeatures("features have no int8 zero point");
  }
  for (uint32_t i = 0; i < graph.output_count() && i <= UINT8_MAX; ++i) {
    if (graph.OutputTensor(i) != number) continue;
    found->features_output = static_cast<uint8_t>(i);
    found->rows = static_cast<uint8_t>(rows);
    found->columns = static_cast<uint8_t>(columns);
    found->feature_zero_point = static_cast<int32_t>(map.ZeroPoint(0));
    return {};
  }
  return NoFeatures("the pooled features are not an output of the model");
}

}  // namespace

Status FindClassifier(const ModelGraph& graph, uint8_t positive_class, Classifier* classifier) {
  Classifier found;
  ModelOp softmax;
  Status status = FindScore(graph, &found, &softmax);
  if (!status.ok()) return status;
  if (positive_class >= found.classes) {
    return Failure(ErrorCode::kModelHeader, found.classes, positive_class, "positive class ",
                   uint32_t{positive_class}, " of ", uint32_t{found.classes}, " classes");
  }
  found.positive_class = positive_class;

  ModelOp layer;
  if (!FindProducerBeforeReshape(graph, softmax.Input(0), &layer)) {
    return NoClassifier(0, "nothing computes the input of SOFTMAX");
  }
  if (layer.code() != builtin::kConv2d && layer.code() != builtin::kFullyConnected) {
    return NoClassifier(layer.code(), "no CONV_2D or FULLY_CONNECTED in front of SOFTMAX");
  }
  status = ReadWeights(graph, layer, &found);
  if (!status.ok()) return status;

  ModelOp pool;
  if (!FindProducerBeforeReshape(graph, layer.Input(0), &pool) ||
      !PoolsWholeMap(graph, pool, graph.TensorAt(pool.Input(0)))) {
    return NoFeatures("no MEAN or AVERAGE_POOL_2D over the whole map before the classifier");
  }
  status = ReadFeatures(graph, pool.Input(0), &found);
  if (!status.ok()) return status;
  *classifier = found;
  return {};
}

}  // namespace camhil
