import Crypto
import Logging
import Metrics
import Tracing
