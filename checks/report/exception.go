package report

import (
	"regexp"
	"strings"
)

// wellKnown lists the exceptions that may be named to a candidate: Python's own and those that the libraries of our
// challenges raise. A class may be called anything, so any other name is a text that the answer chose.
var wellKnown = names(`
	BaseException BaseExceptionGroup Exception ExceptionGroup GeneratorExit KeyboardInterrupt SystemExit
	ArithmeticError AssertionError AttributeError BlockingIOError BrokenPipeError BufferError ChildProcessError
	ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError EOFError FileExistsError
	FileNotFoundError FloatingPointError ImportError IndentationError IndexError InterruptedError IsADirectoryError KeyError
	LookupError MemoryError ModuleNotFoundError NameError NotADirectoryError NotImplementedError OSError OverflowError
	PermissionError ProcessLookupError RecursionError ReferenceError RuntimeError StopAsyncIteration StopIteration SyntaxError
	SystemError TabError TimeoutError TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError
	UnicodeTranslateError ValueError ZeroDivisionError
	BytesWarning DeprecationWarning EncodingWarning FutureWarning ImportWarning PendingDeprecationWarning ResourceWarning
	RuntimeWarning SyntaxWarning UnicodeWarning UserWarning Warning
	JSONDecodeError FrozenInstanceError InvalidOperation StatisticsError
	LinAlgError AxisError UFuncTypeError ComplexWarning VisibleDeprecationWarning RankWarning
	AbstractMethodError ChainedAssignmentError DataError DateParseError DuplicateLabelError EmptyDataError
	IncompatibilityWarning IndexingError IntCastingNaNError InvalidIndexError MergeError NullFrequencyError NumExprClobberingError
	OutOfBoundsDatetime OutOfBoundsTimedelta ParserError PerformanceWarning SettingWithCopyError SettingWithCopyWarning
	SpecificationError UndefinedVariableError UnsortedIndexError UnsupportedFunctionCall IncompatibleFrequency
	NonExistentTimeError AmbiguousTimeError InvalidComparison
	NotFittedError InvalidParameterError ConvergenceWarning DataConversionWarning DataDimensionalityWarning FitFailedWarning
	InconsistentVersionWarning UndefinedMetricWarning ArpackError ArpackNoConvergence QhullError NoConvergence
	AcceleratorError OutOfMemoryError
`)

func names(list string) map[string]bool {
	out := map[string]bool{}
	for _, name := range strings.Fields(list) {
		out[name] = true
	}
	return out
}

// WellKnown returns the first of an exception's classes, most special first, that has a well-known name; "" if none has.
func WellKnown(classes []string) string {
	for _, name := range classes {
		if wellKnown[name] {
			return name
		}
	}
	return ""
}

var leadingName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*`)

// Exception is the well-known name of what the answer raised in this case, "" when there is none to tell. It is all that a
// candidate may read of how a hidden case went wrong, and it is never a text of the answer's own. Reports that were made
// before there was Raised have the most special class in front of the message.
func (c Case) Exception() string {
	if c.Outcome != Error {
		return ""
	}
	return WellKnown([]string{c.Raised, leadingName.FindString(c.Message)})
}
