"""Start Qt and draw something with OpenGL; print what worked, a line of JSON after each."""

from __future__ import annotations

import json
import os


def _opengl() -> str:
    """Return the name of the renderer that cleared a picture to red and gave it back; "" where none did."""
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QColor, QOffscreenSurface, QOpenGLContext
    from PySide6.QtOpenGL import QOpenGLFramebufferObject

    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return ""
    functions = context.functions()
    picture = QOpenGLFramebufferObject(QSize(16, 16))
    picture.bind()
    functions.glClearColor(1.0, 0.0, 0.0, 1.0)
    functions.glClear(0x4000)  # GL_COLOR_BUFFER_BIT
    is_red = picture.toImage().pixelColor(8, 8) == QColor(255, 0, 0)
    return str(functions.glGetString(0x1F01)) if is_red else ""  # GL_RENDERER


def main() -> None:
    """Print the platform, then the renderer; end before Qt takes itself down, which may crash too."""
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication([])
    print(json.dumps({"platform": application.platformName()}), flush=True)
    print(json.dumps({"opengl": _opengl()}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
